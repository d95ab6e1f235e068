// What the kernel counts at the taps of VMs, with somebody at each of them, read without a program.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { bridge } from '../../../runtime/drivers/bridge/driver.ts';
import { PortCounters } from '../../../runtime/drivers/bridge/port-counters.ts';
import type { Host } from '../../../runtime/host/host.ts';
import { portDevice } from '../../../runtime/host/linux/device-name.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { PortFigures } from '../../../runtime/model/port-figures.ts';
import { until } from '../../contract/driver-case.ts';
import { type NetnsLab, netnsLab } from '../../lab/netns.ts';
import { at, portSpec, resource, segmentSpec, step, type TestWorld, testWorld } from '../gateway-lab.ts';
import { ipFrame } from '../nftables/frame.ts';
import type { TapFrame } from './tap-thread.ts';

const SEGMENT = at('segment', 'cell-7', 'cell-a');
const [ROBOT, PLC] = [at('port', 'cell-7', 'robot.eth0'), at('port', 'cell-7', 'plc.eth0')];
const STATIONS = [
  { port: ROBOT, mac: '02:00:00:00:00:01', ip: '10.0.0.1' },
  { port: PLC, mac: '02:00:00:00:00:02', ip: '10.0.0.2' },
] as const;
const FRAMES = 40;

describe('what is counted at the cards of VMs of a Linux gateway', function () {
  this.timeout(120_000);
  let lab: NetnsLab;
  let gateway: TestWorld;
  let ports: Handle<'port'>;
  let vms: Worker;
  let arrived = 0;
  let programs = 0;

  before(async () => {
    lab = netnsLab();
    const machine = await lab.machine('cell-7');
    gateway = await testWorld(machine);
    const { host } = gateway.world;
    const counting: Host = {
      ...host,
      run(...asked) {
        programs += 1;
        return host.run(...asked);
      },
    };
    const driver = bridge.drivers.find(({ kind }) => kind === 'port');
    ports = (await driver?.connect({ ...gateway.world, host: counting }))?.handle as unknown as Handle<'port'>;
    await (await gateway.connect(bridge, 'segment')).handle.create(resource(SEGMENT, segmentSpec()), step(1));
    for (const { port, mac, ip } of STATIONS)
      await ports.create(resource(port, portSpec(SEGMENT, { vm: 'any', mac, ips: [ip] })), step(1));
    const devices = STATIONS.map(({ port }) => portDevice(port));
    vms = new Worker(new URL('./tap-thread.ts', import.meta.url), {
      workerData: { namespace: `/proc/${machine.pid}/ns/net`, devices },
    });
    await once(vms, 'message');
    // The kernel takes a moment to see that somebody is at a tap.
    const forwarding = async () => {
      const links: readonly { readonly ifname: string; readonly state?: string }[] = JSON.parse(
        await machine.run('bridge', '-j', 'link', 'show'),
      );
      return devices.every(device => links.some(link => link.ifname === device && link.state === 'forwarding'));
    };
    await until(forwarding, 'bridge ports that forward');
    vms.on('message', ({ frame }: TapFrame) => {
      if (frame[12] === 0x08 && frame[13] === 0x00) arrived += 1;
    });
  });
  after(async () => {
    await vms?.terminate();
    await lab?.close();
    await gateway?.close();
  });

  const counted = async (): Promise<ReadonlyMap<Address, PortFigures>> =>
    new Map((await ports.portFigures?.())?.map(figures => [figures.port, figures]));

  it('is what a VM says and what reaches the other one, and no program is started for it', async () => {
    const before = await counted();
    assert.deepEqual([...before.keys()].sort(), [PLC, ROBOT]);
    programs = 0;
    const frame = ipFrame(
      { sourceMac: STATIONS[0].mac, targetMac: STATIONS[1].mac },
      { protocol: 'udp', source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 4_000, destinationPort: 4_001 },
    );
    for (let n = 0; n < FRAMES; n += 1) vms.postMessage({ tap: 0, frame } satisfies TapFrame);
    await until(() => arrived === FRAMES, 'all frames at the other card');
    const after = await counted();
    const grown = (port: Address, way: 'in' | 'out') =>
      (after.get(port)?.[way].frames ?? 0) - (before.get(port)?.[way].frames ?? 0);
    // Kernels say things of their own to a card, such as who is in a group; nobody but the test says anything at one.
    assert.equal(grown(ROBOT, 'in'), FRAMES);
    assert.equal(grown(PLC, 'in'), 0);
    assert.ok(grown(PLC, 'out') >= FRAMES, String(grown(PLC, 'out')));
    assert.ok(grown(ROBOT, 'out') < FRAMES, String(grown(ROBOT, 'out')));
    assert.equal(after.get(ROBOT)?.in.dropped, 0);
    assert.equal(programs, 0);
  });

  it('is of the cards that are there now, made or removed meanwhile', async () => {
    const short = at('port', 'cell-7', 'short.eth0');
    await ports.create(resource(short, portSpec(SEGMENT, { mac: '02:00:00:00:00:09' })), step(1));
    assert.deepEqual((await counted()).get(short), {
      ...{ port: short, in: { frames: 0, dropped: 0 }, out: { frames: 0, dropped: 0 } },
    });
    await ports.remove(short, step(2));
    assert.deepEqual([...(await counted()).keys()].sort(), [PLC, ROBOT]);
  });
});

describe('the file in which a kernel counts', () => {
  const HEAD = 'Inter-|   Receive  |  Transmit\n face |bytes    packets errs drop\n';
  const row = (name: string, ...counters: readonly (number | string)[]) =>
    `${name.padStart(6)}: ${counters.join('   ')}\n`;
  const counters = (text: string | undefined) => new PortCounters({ readFile: async () => text }, async () => [ROBOT]);

  it('is read by place, however large the numbers are that are aside', async () => {
    const text =
      HEAD +
      row('lo', ...Array(16).fill(7)) +
      row(
        portDevice(ROBOT),
        '18446744073709551615',
        11,
        0,
        2,
        0,
        0,
        0,
        0,
        '18446744073709551615',
        13,
        0,
        4,
        0,
        0,
        0,
        0,
      );
    assert.deepEqual(await counters(text).read(), [
      { port: ROBOT, in: { frames: 11, dropped: 2 }, out: { frames: 13, dropped: 4 } },
    ]);
  });

  it('tells nothing of a card where it is not there, or its row is another one than expected', async () => {
    const name = portDevice(ROBOT);
    const damaged = [
      row(name, 1, 2, 3),
      row(name, 1, '18446744073709551615', ...Array(14).fill(1)),
      `${name}: x y z\n`,
    ];
    for (const text of [undefined, '', HEAD, ...damaged.map(each => HEAD + each)])
      assert.deepEqual(await counters(text).read(), []);
  });
});
