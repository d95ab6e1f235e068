// A gateway with guarded Modbus links on a real kernel: a segment for each tenant, robots in place of VMs and PLCs by libmodbus,
// all with the same addresses. Knows nothing of what is tested.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bridge } from '../../runtime/drivers/bridge/driver.ts';
import { edge } from '../../runtime/drivers/edge/driver.ts';
import { nftables } from '../../runtime/drivers/nftables/driver.ts';
import { proxy } from '../../runtime/drivers/proxy/driver.ts';
import { deviceName, portDevice } from '../../runtime/host/linux/device-name.ts';
import type { Address, Kind } from '../../runtime/model/address.ts';
import type { Handle } from '../../runtime/model/driver.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { TcpFramer } from '../../runtime/protocols/modbus/adu/tcp-framer.ts';
import { step, testWorld } from '../drivers/gateway-lab.ts';
import { type Machine, type NetnsLab, netnsLab } from '../lab/netns.ts';
import { built } from '../protocols/modbus/peers/programs.ts';

const SETS = [bridge, edge, nftables, proxy];

export type ModbusSite = Awaited<ReturnType<typeof openModbusSite>>;

/** Call `close` in an `after` hook. */
export async function openModbusSite() {
  const lab = netnsLab();
  const machine = await lab.machine('cell-7');
  const gateway = await testWorld(machine);
  // The library in the machine's own namespace: much quicker than the program.
  const settings = { nft: 'library', nftNamespace: `/proc/${machine.pid}/ns/net` };
  const folder = await mkdtemp(join(tmpdir(), 'gw-modbus-'));
  const handles = new Map<Kind, Handle>();
  let generation = 0;
  const handleOf = async (kind: Kind) => {
    const known = handles.get(kind);
    if (known !== undefined) return known;
    const { handle } = await driverOf(kind).connect({ ...gateway.world, settings });
    handles.set(kind, handle);
    return handle;
  };
  return {
    machine,
    gateway,
    lab,
    handleOf,
    async apply(...resources: readonly Resource[]) {
      generation += 1;
      for (const item of resources) await (await handleOf(item.kind)).create(item, step(generation));
    },
    async withdraw(...resources: readonly Resource[]) {
      for (const { kind, address } of resources.toReversed())
        await (await handleOf(kind)).remove(address, step(generation));
    },
    /** In place of a VM: what is behind its tap. */
    robot: (port: Address<'port'>, segment: Address<'segment'>, mac: string, ip: string) =>
      plugStation(lab, machine, `robot-${segment.slice(-1)}`, portDevice(port), segment, mac, ip),
    /** Beyond a card of the box that is plugged into the segment. */
    plant: (device: string, segment: Address<'segment'>, mac: string, ip: string) =>
      plugStation(lab, machine, device, device, segment, mac, ip),
    servePlc: (station: Machine) => servePlc(station, built(folder, 'server')),
    /** Connects anew, as an agent that was started again does. */
    async reconnect(kind: Kind) {
      await handles.get(kind)?.close();
      handles.delete(kind);
      return handleOf(kind);
    },
    async close() {
      for (const handle of handles.values()) await handle.close();
      await lab.close();
      await gateway.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A machine whose cable ends in a device of a gateway that is plugged into a segment. */
export async function plugStation(
  lab: NetnsLab,
  gateway: Machine,
  name: string,
  device: string,
  segment: Address<'segment'>,
  mac: string,
  ip: string,
): Promise<Machine> {
  const station = await lab.machine(name);
  await lab.cable(gateway, device, station, 'eth0');
  await gateway.run('ip', 'link', 'set', device, 'master', deviceName('gws', segment));
  await station.run('ip', 'link', 'set', 'eth0', 'address', mac, 'mtu', '1450');
  await station.run('ip', 'addr', 'add', ip, 'dev', 'eth0');
  return station;
}

function driverOf(kind: Kind) {
  const driver = SETS.flatMap(set => set.drivers).find(candidate => candidate.kind === kind);
  if (driver === undefined) throw new Error(`no driver of this site makes a ${kind}`);
  return driver;
}

/** Register n of it holds n; it serves one client after another. */
export async function servePlc(station: Machine, program: string): Promise<ChildProcess> {
  const plc = station.start(program, 'tcp', '502', '0.0.0.0');
  await new Promise<void>((resolve, reject) => {
    plc.stdout?.once('data', () => resolve());
    plc.once('exit', code => reject(new Error(`the PLC ended with ${code}`)));
  });
  return plc;
}

export interface Talk {
  /** Whole frames in hex. */
  readonly answers: string[];
  /** The connection was broken. */
  readonly ended: () => boolean;
  /** Resolves when the program that sends them has been handed the bytes. */
  say(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** A plain TCP connection of a station, byte by byte in the hand of the test. */
export function talk(station: Machine, host: string, port = 502): Talk {
  const [program, ...args] = station.prefix;
  const nc = spawn(program, [...args, 'nc', host, String(port)], { stdio: ['pipe', 'pipe', 'ignore'] });
  const answers: string[] = [];
  const framer = new TcpFramer((held, start, end) =>
    answers.push(Buffer.from(held.subarray(start, end)).toString('hex')),
  );
  nc.stdout.on('data', chunk => framer.push(chunk));
  nc.stdin.on('error', () => {}); // it has ended
  const gone = once(nc, 'close');
  return {
    answers,
    ended: () => nc.exitCode !== null,
    say: bytes => new Promise(resolve => nc.stdin.write(bytes, () => resolve())),
    async close() {
      nc.kill('SIGKILL');
      await gone;
    },
  };
}

/** What a client by others sees, mbpoll: the value read, or what it was refused with. */
export async function poll(station: Machine, host: string, ...args: readonly string[]): Promise<string> {
  const common = ['timeout', '5', 'mbpoll', '-m', 'tcp', '-a', '1', '-0', '-1', '-o', '2', '-t', '4', '-r', '7'];
  const { stdout, stderr } = await station.attempt(...common, host, ...args);
  return `${stdout}\n${stderr}`;
}

/** Whether a Modbus server answers there within a second. */
export async function isAnswered(station: Machine, host: string): Promise<boolean> {
  const asked = await station.attempt('timeout', '1', 'mbpoll', '-m', 'tcp', '-0', '-1', '-t', '4', '-r', '7', host);
  return /\[7\]:/.test(asked.stdout);
}
