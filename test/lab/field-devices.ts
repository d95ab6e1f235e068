// Modbus devices on a serial line: a pair of pseudo terminals, and slaves in this process at the far end of it.
import { realpathSync } from 'node:fs';
import { devicesByUnit } from '../../runtime/protocols/modbus/server/device.ts';
import type { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder } from '../../runtime/protocols/modbus/server/responder.ts';
import { serveRtu } from '../../runtime/protocols/modbus/server/rtu-server.ts';
import { serialWire } from '../../runtime/protocols/modbus/wire/serial.ts';
import { openPeers } from '../protocols/modbus/peers/programs.ts';

const SERIAL = { baudRate: 19_200, parity: 'even', stopBits: 1 } as const;

export interface FieldDevices {
  /** Path of the serial port that leads to them. */
  readonly port: string;
  close(): Promise<void>;
}

/** @param units  each device by its unit */
export async function openFieldDevices(units: ReadonlyMap<number, MemoryDevice>): Promise<FieldDevices> {
  const peers = openPeers();
  const [ours, theirs] = await peers.ptyPair();
  const wire = await serialWire({ path: theirs, ...SERIAL })(() => {}, new AbortController().signal);
  const slave = serveRtu(deviceResponder(devicesByUnit(units)), wire.stream, { heard: 'requests' });
  return {
    port: realpathSync(ours),
    async close() {
      slave.stop();
      await wire.close();
      await peers.close();
    },
  };
}
