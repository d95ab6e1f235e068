// npm modbus-serial as a peer. Its types are those of an ES module, which it is not: the class is one step further in.
import modbus from 'modbus-serial';

export const NpmMaster = modbus.default;
export type NpmMaster = InstanceType<typeof NpmMaster>;
export const NpmTcpServer = modbus.ServerTCP;

export async function closeNpmMaster(master: NpmMaster): Promise<void> {
  await new Promise<void>(resolve => master.close(() => resolve()));
}
