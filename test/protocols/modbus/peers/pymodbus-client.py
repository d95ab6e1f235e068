# A master of pymodbus that asks for every function it has and says what came back, in the words of libmodbus-client.c.
# Usage: pymodbus-client.py tcp PORT UNIT | rtu PATH UNIT
import sys

from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.pdu import ExceptionResponse

EXCEPTIONS = {1: "Illegal function", 2: "Illegal data address"}
carrier, place, unit = sys.argv[1], sys.argv[2], int(sys.argv[3])
if carrier == "tcp":
    client = ModbusTcpClient("127.0.0.1", port=int(place), timeout=10)
else:
    client = ModbusSerialClient(place, baudrate=115200, timeout=10)


def say(what, answer, *values):
    if isinstance(answer, ExceptionResponse):
        values = [EXCEPTIONS[answer.exception_code]]
    elif answer.isError():
        sys.exit(f"{what}: {answer}")
    print(f"{what}:", *[int(value) if isinstance(value, bool) else value for value in values])


def bits(answer, count):
    return [count, *answer.bits[:count]]


def registers(answer):
    return [len(answer.registers), *answer.registers]


if not client.connect():
    sys.exit(f"nobody is at {place}")
answer = client.write_coils(3, [True, False, True], slave=unit)
say("write coils", answer, answer.count)
say("write coil", client.write_coil(6, True, slave=unit), 1)
answer = client.read_coils(3, 4, slave=unit)
say("read coils", answer, *bits(answer, 4))
answer = client.read_discrete_inputs(0, 3, slave=unit)
say("read discrete inputs", answer, *bits(answer, 3))
say("write register", client.write_register(20, 4242, slave=unit), 1)
answer = client.write_registers(21, [111, 222], slave=unit)
say("write registers", answer, answer.count)
answer = client.read_holding_registers(20, 3, slave=unit)
say("read holding registers", answer, *registers(answer))
answer = client.read_input_registers(7, 2, slave=unit)
say("read input registers", answer, *registers(answer))
# These two hand their arguments on to the request, where the unit has its older name.
say("mask write", client.mask_write_register(address=20, and_mask=0xF2, or_mask=0x25, unit=unit), 1)
asked = {"read_address": 29, "read_count": 3, "write_address": 30, "write_registers": [111, 222]}
answer = client.readwrite_registers(**asked, unit=unit)
say("write and read", answer, *registers(answer))
say("read beyond the end", client.read_holding_registers(999, 2, slave=unit))
client.close()
