// `explain` as it is typed: the reference drawing of two tenants on one line, and that of two robots on a network.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { type Home, openHome } from './command.ts';
import { documentOf, failureIn } from './document.ts';

const flow = (name: string) => fileURLToPath(new URL(`../../flows/${name}/flow.json`, import.meta.url));

describe('asking rules why', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());
  const explain = (name: string, ...args: readonly string[]) => home.run(['explain', flow(name), ...args]);

  it('tells of a denied frame which rule denies it, which one nearly let it pass, and why it did not', async () => {
    const { code, stdout } = await explain('smart-meter', '--vm', 'tap-changer', '--frame', '1e0600640007');
    assert.equal(code, 1);
    assert.equal(
      stdout,
      'line.substation-1/meters, said by vm.substation-1/tap-changer: unit 30, write single register, address 100, value 7: does not pass\n' +
        '  grid-guard: denied by rule 3, other-writes\n' +
        '    nearest: rule 2, tap-position: it is not true that what it writes lies wholly in holding 40 to 41: it is 100\n',
    );
  });

  it('prints a document with every wire of a bus', async () => {
    const ended = await explain('connected-vehicle', '--frame', '123#1122', '--way', 'to-vm', '--json');
    const { ok, rules, frames, packets } = documentOf(ended, 'explain');
    assert.deepEqual([ended.code, ok, rules, packets], [1, false, 'drawing', []]);
    assert.deepEqual(
      frames.map(({ end, accepted }) => [end, accepted]),
      [
        ['vm.vehicle-1/engine', true],
        ['vm.vehicle-1/head-unit', false],
        ['vm.vehicle-1/workshop', false],
      ],
    );
  });

  it('tells of a packet on every segment that has its addresses', async () => {
    const ended = await explain('robot-cell', '--packet', 'tcp 10.0.0.7:40000 > 192.168.50.10:502', '--json');
    const { packets } = documentOf(ended, 'explain');
    assert.equal(ended.code, 1);
    assert.deepEqual(
      packets.map(({ segment, accepted, guards }) => [
        segment,
        accepted,
        guards[0]?.by?.rule ?? guards[0]?.nearest?.rule,
      ]),
      [
        ['segment.cell-7/cell-a', true, 'plc-modbus'],
        ['segment.cell-7/cell-b', false, 'plant-time'],
      ],
    );
  });

  it('asks the rules that run too, which are none before anything is applied', async () => {
    const ended = await explain('smart-meter', '--frame', '1e0600640007', '--running', '--json');
    assert.deepEqual(failureIn(ended).slice(0, 2), [2, 'USAGE']);
  });

  for (const [what, ...args] of [
    ['nothing is asked', '--vm', 'reader'],
    ['two things are', '--frame', '01', '--packet', 'icmp 1.1.1.1 > 1.1.1.2'],
    ['nobody is in the way', '--packet', 'icmp 1.1.1.1 > 1.1.1.2'],
  ] as const)
    it(`ends with a word about the command line when ${what}`, async () =>
      assert.equal((await explain('smart-meter', ...args)).code, 2));
});
