// One Modbus TCP server in a process of its own, for the bench: `node modbus-server.ts own|npm`. Sends its port to the parent
// when it listens, and ends with it. Register n holds n.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { singleDevice } from '../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder } from '../../runtime/protocols/modbus/server/responder.ts';
import { serveTcp } from '../../runtime/protocols/modbus/server/tcp-server.ts';
import { NpmTcpServer } from '../protocols/modbus/peers/npm-modbus.ts';

const HOST = '127.0.0.1';
const REGISTERS = 1000;

async function own(): Promise<number> {
  const device = new MemoryDevice({ holdingRegisters: REGISTERS });
  for (let address = 0; address < REGISTERS; address += 1) device.setRegister('holding-registers', address, address);
  return (await serveTcp(deviceResponder(singleDevice(device)), { host: HOST, port: 0 })).port;
}

/** As its documentation shows it, with the call for several registers at once, which is its fastest. */
async function npm(): Promise<number> {
  const port = await freePort();
  const getMultipleHoldingRegisters = (address: number, length: number) =>
    Array.from({ length }, (_, index) => address + index);
  await once(new NpmTcpServer({ getMultipleHoldingRegisters }, { host: HOST, port }), 'initialized');
  return port;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

if (process.send !== undefined && (process.argv[2] === 'own' || process.argv[2] === 'npm')) {
  process.on('disconnect', () => process.exit(0));
  process.send(await (process.argv[2] === 'own' ? own() : npm()));
}
