// The drawing of a vehicle on an embedded gateway: real guests of three tenants on one CAN bus, each behind rules of its own. Two
// speak to their serial port as a program speaks to a CAN adapter; the kernel of the third makes it an interface.
import assert from 'node:assert/strict';
import type { LocalAgent } from '../../runtime/agent/agent.ts';
import type { EndFigures, LineFigures } from '../../runtime/model/line-figures.ts';
import type { LineFrame } from '../../runtime/model/line-frame.ts';
import { canWords } from '../../runtime/protocols/can/words.ts';
import { type EmbeddedAgent, embeddedDesign, openEmbeddedAgent } from '../lab/embedded-agent.ts';
import { askGuest } from '../lab/guest-shell.ts';

const GATEWAY = 'vehicle-1';
const BUS = `line.${GATEWAY}/drive` as const;
type Unit = 'engine' | 'head-unit' | 'workshop';
const UNITS: readonly Unit[] = ['engine', 'head-unit', 'workshop'];
const address = (unit: Unit) => `vm.${GATEWAY}/${unit}` as const;

const SPEED = 't0C92ABCD';
const CLIMATE = 't2A081122334455667788';
const READ_NOW = 't7DF802010C0000000000';
const CLEAR_FAULTS = 't7DF80104000000000000';
const ANSWER = 't7E88044110C000000000';

const drawn = () => embeddedDesign('connected-vehicle', GATEWAY);

describe('one CAN bus for three tenants, on an embedded gateway', function () {
  this.timeout(400_000).bail(true);
  let embedded: EmbeddedAgent;
  let agent: LocalAgent;

  before(async () => {
    embedded = await openEmbeddedAgent(GATEWAY);
    agent = embedded.agent;
  });
  after(async () => {
    await embedded?.close();
  });

  const ask = (unit: Unit, command: string) => askGuest(agent, address(unit), command);
  const figures = async () => (await agent.observe()).resources[BUS]?.status as unknown as LineFigures;
  const end = async (unit: Unit): Promise<EndFigures> =>
    (await figures()).ends.find(each => each.end === address(unit)) ?? assert.fail();
  /** Waits until something holds of what was counted. */
  const until = async (unit: Unit, holds: (end: EndFigures) => boolean) => {
    while (!holds(await end(unit))) await new Promise(resolve => setTimeout(resolve, 100));
  };
  /** A program of the guest says lines to what it takes for an adapter. */
  const say = (unit: Unit, ...lines: readonly string[]) =>
    ask(unit, `printf '${lines.map(line => `${line}\\r`).join('')}' >/dev/ttyS1`);
  /** What it has heard, when the last of it is there. */
  const heard = async (unit: Unit, last: string) => {
    const said = await ask(unit, `until grep -q ${last} /tmp/heard; do sleep 0.1; done; tr '\\r' '\\n' </tmp/heard`);
    return said.split('\n').filter(line => /^[tTrR][0-9A-F]+$/.test(line));
  };
  const hits = ({ firewalls: [guard] }: EndFigures) =>
    Object.fromEntries((guard?.rules ?? []).map(rule => [rule.id, rule.hits]));

  it('is applied, and the bus finds every guest', async () => {
    await embedded.apply(drawn());
    assert.deepEqual((await agent.drift())?.steps, []);
    for (const unit of UNITS) await until(unit, ({ plugged }) => plugged === true);
    for (const unit of UNITS)
      await ask(unit, 'stty raw -echo -F /dev/ttyS1; (cat /dev/ttyS1 >/tmp/heard 2>/dev/null &) ; true');
  });

  it('lets the head unit set the climate and nothing of the engine', async () => {
    const frames: LineFrame[] = [];
    const tap = await agent.tap(BUS, all => void frames.push(...all));
    await say('head-unit', SPEED, CLIMATE);
    assert.deepEqual(await heard('engine', CLIMATE), [CLIMATE]);
    const guarded = await end('head-unit');
    assert.deepEqual([guarded.in.frames, guarded.in.denied], [2, 1]);
    assert.deepEqual(hits(guarded), { speed: 0, climate: 1, otherwise: 1 });
    await until('engine', ({ out }) => out.frames === 1);
    while (frames.length < 4) await new Promise(resolve => setTimeout(resolve, 20));
    tap.close();
    const told = frames.map(frame =>
      [frame.end, frame.direction, canWords.describe(frame).id, frame.refusedBy ?? 'passed'].join(' '),
    );
    assert.deepEqual(told.sort(), [
      `${address('engine')} out ${0x2a0} passed`,
      `${address('head-unit')} in ${0x0c9} head-guard`,
      `${address('head-unit')} in ${0x2a0} passed`,
      `${address('workshop')} out ${0x2a0} obd-guard`,
    ]);
  });

  it('lets the workshop read, and not clear what it should find', async () => {
    await say('workshop', CLEAR_FAULTS, READ_NOW);
    assert.deepEqual(await heard('engine', READ_NOW), [CLIMATE, READ_NOW]);
    await say('engine', ANSWER);
    assert.deepEqual(await heard('workshop', ANSWER), [ANSWER]);
    assert.deepEqual(hits(await end('workshop')), {
      ...{ 'read-now': 1, 'read-faults': 0, answers: 1, 'other-requests': 1 },
      // The climate of the head unit, which is nothing for it.
      otherwise: 1,
    });
    const { status } = (await agent.observe()).resources[BUS] ?? assert.fail();
    assert.match(
      JSON.stringify(status?.log),
      /"vm":"vm\.vehicle-1\/workshop","direction":"in","firewall":"obd-guard","rule":"other-requests","passed":false/,
    );
  });

  it('brings the speed to the kernel of the head unit, whose interface hears nothing else', async () => {
    await ask('head-unit', 'killall cat; (gw-slcan /dev/ttyS1 &) ; until ip link set can0 up; do sleep 0.1; done');
    const before = await end('head-unit');
    await say('engine', 't3FF3000000', SPEED, SPEED, ANSWER);
    await until('head-unit', ({ out }) => out.frames === before.out.frames + 2);
    const said = await ask(
      'head-unit',
      'cd /sys/class/net/can0/statistics; until [ $(cat rx_packets) -ge 2 ]; do sleep 0.1; done; echo cou""nted $(cat rx_packets rx_bytes)',
    );
    assert.match(said, /counted 2 4\b/, 'two frames of two bytes');
    const after = await end('head-unit');
    assert.equal(after.out.denied, before.out.denied + 2);
  });

  it('leaves nothing when it is destroyed', async () => {
    await embedded.apply({ ...drawn(), resources: {} });
    assert.deepEqual((await agent.observe()).resources, {});
  });
});
