// What the kernel counts at the taps of VMs, with somebody at each of them, read without a program.
import assert from 'node:assert/strict';
import { PortCounters } from '../../../runtime/drivers/bridge/port-counters.ts';
import { portDevice } from '../../../runtime/host/linux/device-name.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { PortFigures } from '../../../runtime/model/port-figures.ts';
import { until } from '../../contract/driver-case.ts';
import { at, portSpec, resource, step } from '../gateway-lab.ts';
import { ipFrame } from '../nftables/frame.ts';
import { PLC, ROBOT, SEGMENT, STATIONS, type TappedCell, tappedCell } from './tapped-cell.ts';

const FRAMES = 40;

describe('what is counted at the cards of VMs of a Linux gateway', function () {
  this.timeout(120_000);
  let cell: TappedCell;
  let ports: TappedCell['ports'];
  let arrived = 0;
  let programs = 0;

  before(async () => {
    cell = await tappedCell(
      ({ frame }) => {
        if (frame[12] === 0x08 && frame[13] === 0x00) arrived += 1;
      },
      host => ({
        ...host,
        run(...asked) {
          programs += 1;
          return host.run(...asked);
        },
      }),
    );
    ports = cell.ports;
  });
  after(() => cell?.close());

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
    for (let n = 0; n < FRAMES; n += 1) cell.send(0, frame);
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
