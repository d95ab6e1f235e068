// The client of npm modbus-serial, open on a line of ours.
import modbus from 'modbus-serial';
import type { ModbusLine } from '../line/line.ts';
import { NpmPort } from './npm-port.ts';

// Its types are those of an ES module, which it is not: the class is one step further in.
const Client = modbus.default;
export type NpmMaster = InstanceType<typeof Client>;

export interface OpenNpmMaster {
  readonly client: NpmMaster;
  /** Why the line had no answer, which the client itself knows as an exception only; `undefined` = it had one. */
  failure(): unknown;
}

/** It has no time-out of its own: the line ends every request. */
export async function npmMaster(line: ModbusLine, tenant: string, unit: number): Promise<OpenNpmMaster> {
  let failure: unknown;
  const port = new NpmPort(line, tenant, why => {
    failure = why;
  });
  const client = new Client(port);
  await new Promise<void>(resolve => client.open(() => resolve()));
  client.setID(unit);
  return { client, failure: () => failure };
}
