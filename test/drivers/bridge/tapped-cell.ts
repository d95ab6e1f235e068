// Two VMs at one segment of a Linux gateway: taps that the driver made, with the test at each of them.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { bridge } from '../../../runtime/drivers/bridge/driver.ts';
import type { Host } from '../../../runtime/host/host.ts';
import { portDevice } from '../../../runtime/host/linux/device-name.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import { until } from '../../contract/driver-case.ts';
import { type Machine, netnsLab } from '../../lab/netns.ts';
import { at, portSpec, resource, segmentSpec, step, type TestWorld, testWorld } from '../gateway-lab.ts';
import type { TapFrame } from './tap-thread.ts';

export const SEGMENT = at('segment', 'cell-7', 'cell-a');
export const [ROBOT, PLC] = [at('port', 'cell-7', 'robot.eth0'), at('port', 'cell-7', 'plc.eth0')];
export const STATIONS = [
  { port: ROBOT, mac: '02:00:00:00:00:01', ip: '10.0.0.1' },
  { port: PLC, mac: '02:00:00:00:00:02', ip: '10.0.0.2' },
] as const;

export interface TappedCell {
  readonly gateway: TestWorld;
  readonly machine: Machine;
  readonly ports: Handle<'port'>;
  /** A VM sends a frame. @param from  index of the station */
  send(from: 0 | 1, frame: Uint8Array): void;
  close(): Promise<void>;
}

/**
 * @param arrived  told of every frame that reaches a VM
 * @param around   may put something before the host of the ports
 */
export async function tappedCell(
  arrived: (frame: TapFrame) => void,
  around: (host: Host) => Host = host => host,
): Promise<TappedCell> {
  const lab = netnsLab();
  const opened: (() => unknown)[] = [() => lab.close()];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const machine = await lab.machine('cell-7');
    const gateway = await testWorld(machine);
    opened.unshift(() => gateway.close());
    const ports = await portsOf({ ...gateway.world, host: around(gateway.world.host) });
    await (await gateway.connect(bridge, 'segment')).handle.create(resource(SEGMENT, segmentSpec()), step(1));
    for (const { port, mac, ip } of STATIONS)
      await ports.create(resource(port, portSpec(SEGMENT, { vm: 'any', mac, ips: [ip] })), step(1));
    const vms = await plugIn(machine);
    opened.push(() => vms.terminate());
    vms.on('message', arrived);
    const send = (tap: 0 | 1, frame: Uint8Array) => vms.postMessage({ tap, frame } satisfies TapFrame);
    return { gateway, machine, ports, send, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function portsOf(world: TestWorld['world']): Promise<Handle<'port'>> {
  const driver = bridge.drivers.find(({ kind }) => kind === 'port');
  return (await driver?.connect(world))?.handle as unknown as Handle<'port'>;
}

async function plugIn(machine: Machine): Promise<Worker> {
  const devices = STATIONS.map(({ port }) => portDevice(port));
  const namespace = `/proc/${machine.pid}/ns/net`;
  const vms = new Worker(new URL('./tap-thread.ts', import.meta.url), { workerData: { namespace, devices } });
  await once(vms, 'message');
  // The kernel takes a moment to see that somebody is at a tap.
  const forwarding = async () => {
    const links: readonly { readonly ifname: string; readonly state?: string }[] = JSON.parse(
      await machine.run('bridge', '-j', 'link', 'show'),
    );
    return devices.every(device => links.some(link => link.ifname === device && link.state === 'forwarding'));
  };
  await until(forwarding, 'bridge ports that forward');
  return vms;
}
