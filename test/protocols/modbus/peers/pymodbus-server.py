# A slave of pymodbus with 1000 of everything, filled as that of libmodbus-server.c. Usage: pymodbus-server.py PORT
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartTcpServer

numbers = list(range(1000))
odd = [number % 2 == 1 for number in numbers]
slave = ModbusSlaveContext(
    di=ModbusSequentialDataBlock(0, odd[:]),
    co=ModbusSequentialDataBlock(0, odd[:]),
    hr=ModbusSequentialDataBlock(0, numbers[:]),
    ir=ModbusSequentialDataBlock(0, numbers[:]),
    zero_mode=True,
)
print("ready", flush=True)
StartTcpServer(context=ModbusServerContext(slaves=slave, single=True), address=("127.0.0.1", int(sys.argv[1])))
