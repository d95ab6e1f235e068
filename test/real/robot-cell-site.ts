// The plant of robot-cell on one machine: a hall with the tunnel network, the plant network and a PLC; two gateways, each
// with its own libvirtd, its own agent process, and things on it that are not ours. Knows nothing of what is tested.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import { type AgentProcess, startAgentProcess } from '../lab/agent-process.ts';
import { imageStore } from '../lab/guest-images.ts';
import { type PrivateLibvirtd, privateLibvirtd } from '../lab/libvirt.ts';
import { type Machine, type NetnsLab, netnsLab } from '../lab/netns.ts';
import { GATEWAYS, type GatewayName } from './robot-cell-drawing.ts';

const PLC_PROGRAM = fileURLToPath(new URL('plc.ts', import.meta.url));
export const PLC = '192.168.50.10';

export interface RealGateway {
  readonly machine: Machine;
  readonly libvirtd: PrivateLibvirtd;
  readonly process: AgentProcess;
  /** Plans and applies as a user does; resolves with the ids of the steps. */
  apply(design: GatewayDesign): Promise<readonly string[]>;
  /** All that was on the box before us, word for word: bridge, table, domain. */
  foreign(): Promise<readonly string[]>;
  /** Names of all there is: links, namespaces, tables, domains, files of the agent besides its journal. */
  inventory(): Promise<Readonly<Record<string, readonly string[]>>>;
}

export interface RobotCellSite {
  readonly gateways: Readonly<Record<GatewayName, RealGateway>>;
  close(): Promise<void>;
}

export async function openRobotCell(): Promise<RobotCellSite> {
  const opened: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const shut of opened.splice(0).reverse()) await shut();
  };
  try {
    const images = imageStore('tiny-linux');
    opened.push(() => images.close());
    const lab = netnsLab();
    opened.push(() => lab.close());
    const hall = await openHall(lab);
    const gateways: Partial<Record<GatewayName, RealGateway>> = {};
    for (const name of GATEWAYS)
      gateways[name] = await openGateway({ name, lab, hall, imageDirectory: images.directory, opened });
    return { gateways: gateways as RobotCellSite['gateways'], close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openHall(lab: NetnsLab): Promise<Machine> {
  const hall = await lab.machine('hall');
  for (const network of ['management', 'plant', 'tunnels']) {
    await hall.run('ip', 'link', 'add', network, 'type', 'bridge');
    await hall.run('ip', 'link', 'set', network, 'up');
  }
  await hall.run('ip', 'addr', 'add', `${PLC}/24`, 'dev', 'plant');
  const plc = hall.start(process.execPath, PLC_PROGRAM, PLC, '502', '503');
  const [first] = await once(plc.stdout ?? plc, 'data');
  assert.match(String(first), /ready/);
  return hall;
}

interface Opening {
  readonly name: GatewayName;
  readonly lab: NetnsLab;
  readonly hall: Machine;
  readonly imageDirectory: string;
  /** How to close what was opened, in order. */
  readonly opened: (() => Promise<void> | void)[];
}

async function openGateway({ name, lab, hall, imageDirectory, opened }: Opening): Promise<RealGateway> {
  const machine = await lab.machine(name);
  await cableAll(lab, machine, hall);
  const libvirtd = await privateLibvirtd(machine);
  opened.push(() => libvirtd.close());
  await makeForeign(machine, libvirtd);
  const agent = await startAgentProcess(machine, { gateway: name, libvirtSocket: libvirtd.socket, imageDirectory });
  opened.push(() => agent.close());
  return {
    machine,
    libvirtd,
    process: agent,
    apply: design => apply(agent, design),
    foreign: () => readForeign(machine, libvirtd),
    inventory: () => readInventory(machine, libvirtd, agent),
  };
}

async function cableAll(lab: NetnsLab, machine: Machine, hall: Machine): Promise<void> {
  const number = machine.name.replace('cell-', '');
  for (const [device, network] of [
    ['mgmt0', 'management'],
    ['plant0', 'plant'],
    ['und0', 'tunnels'],
  ] as const) {
    await lab.cable(machine, device, hall, `${device}-${number}`);
    await hall.run('ip', 'link', 'set', `${device}-${number}`, 'master', network);
  }
  await machine.run('ip', 'addr', 'add', `10.251.0.1${number}/24`, 'dev', 'und0');
}

async function apply({ agent }: AgentProcess, design: GatewayDesign): Promise<readonly string[]> {
  const { hash, steps } = await agent.plan(design);
  const failed: AgentEvent[] = [];
  const note = (event: AgentEvent) => event.type === 'step-failed' && failed.push(event);
  const { outcome, message } = await agent.apply({ design, planHash: hash, onFailure: 'stop' }, note);
  assert.equal(outcome, 'applied', `${message} ${JSON.stringify(failed)}`);
  return steps.map(step => step.id);
}

/** A bridge, a table and a domain of somebody else; all of them look a little like ours. */
async function makeForeign(machine: Machine, libvirtd: PrivateLibvirtd): Promise<void> {
  await machine.run('ip', 'link', 'add', 'br-office', 'type', 'bridge');
  await machine.run('ip', 'link', 'set', 'br-office', 'alias', 'the office, not gatewright');
  await machine.run('ip', 'addr', 'add', '10.0.0.1/24', 'dev', 'br-office');
  await machine.run('nft', 'add table inet office { comment "the office" ; }');
  await machine.run('nft', 'add chain inet office input { type filter hook input priority 0 ; }');
  await machine.run('nft', 'add rule inet office input tcp dport 22 accept');
  const file = join(libvirtd.stateDirectory, 'office.xml');
  await writeFile(
    file,
    `<domain type='qemu'><name>office</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
    <os><type arch='x86_64' machine='q35'>hvm</type></os></domain>`,
  );
  await libvirtd.virsh('define', file);
}

async function readForeign(machine: Machine, libvirtd: PrivateLibvirtd): Promise<readonly string[]> {
  return [
    await machine.run('ip', '-details', 'addr', 'show', 'dev', 'br-office'),
    await machine.run('nft', 'list', 'table', 'inet', 'office'),
    await libvirtd.virsh('dumpxml', 'office'),
  ];
}

async function readInventory(machine: Machine, libvirtd: PrivateLibvirtd, { stateDirectory }: AgentProcess) {
  const lines = async (text: Promise<string>) =>
    (await text)
      .split('\n')
      .filter(line => line.trim() !== '')
      .sort();
  return {
    links: await lines(machine.run('ls', '/sys/class/net')),
    namespaces: await lines(machine.run('ls', '/run/netns')),
    run: await lines(machine.run('find', '/run', '-not', '-path', '/run/netns*', '-not', '-path', '/run/libvirt*')),
    tables: await lines(machine.run('nft', 'list', 'tables')),
    domains: await lines(libvirtd.virsh('list', '--all', '--name')),
    files: await lines(machine.run('find', stateDirectory, '-not', '-type', 'd')),
  };
}
