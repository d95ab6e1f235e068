import assert from 'node:assert/strict';
import type { Conversation, ConversationOrder, HeardConversations } from '../../runtime/model/conversation.ts';
import type { HeardFrames, LineFrame } from '../../runtime/model/line-frame.ts';
import { LearningDesk } from '../../runtime/platform/learning-desk.ts';

const LINE = 'line.cell/meters';
const POLICY = 'policy.cell/vendor';
const [A, B] = ['vm.cell/a', 'vm.cell/b'] as const;
const ORDER = { line: LINE, ends: [], refused: true, seconds: 60 } as const;
const READ = '0303000a0002';

/** One line of a protocol with two VMs, and who listens to it. */
function world(protocol = 'modbus') {
  const heard: HeardFrames[] = [];
  const talks: HeardConversations[] = [];
  const asked: ConversationOrder[] = [];
  const ending: (() => void)[] = [];
  let closed = 0;
  let now = 1_000;
  const ports = [A, B].map(vm => ({ vm, tenant: 'a', guards: [] }));
  const desk = new LearningDesk(
    {
      observe: async () =>
        ({
          resources: {
            [LINE]: { address: LINE, kind: 'line', spec: { protocol, ports } },
            [POLICY]: { address: POLICY, kind: 'policy', spec: { links: [{ firewall: 'wall' }] } },
          },
        }) as never,
      async tap(_line, hear) {
        heard.push(hear);
        const ended = new Promise<void>(resolve => void ending.push(resolve));
        const close = () => {
          closed += 1;
        };
        return { ended, close };
      },
      async conversations(_policy, order, hear) {
        asked.push(order);
        talks.push(hear);
        return { ended: new Promise<void>(() => {}), close: () => {} };
      },
    },
    () => now,
  );
  const say = (frames: readonly Partial<LineFrame>[], lost = 0) => {
    const whole = frames.map(frame => ({ atMs: 0, end: A, direction: 'in', frame: READ, ...frame }) as const);
    for (const hear of heard) hear(whole, lost);
  };
  const pass = (ms: number) => {
    now += ms;
  };
  const talk: HeardConversations = (...told) => {
    for (const hear of talks) hear(...told);
  };
  return { desk, say, talk, asked, pass, end: () => ending[0]?.(), closed: () => closed };
}

describe('learning the rules of a line', () => {
  it('goes on until it is stopped, and tells what there is meanwhile', async () => {
    const { desk, say, closed } = world();
    const id = await desk.start(ORDER);
    assert.deepEqual([desk.look(id).state, desk.look(id).rules, desk.look(id).untilMs], ['listening', [], 61_000]);
    say([{}, {}, { frame: '05060001' }], 4);
    const { state, taken, unsound, lost, rules } = desk.stop(id);
    assert.deepEqual([state, taken, unsound, lost, closed()], ['done', 2, 1, 4, 1]);
    assert.deepEqual(
      rules.map(({ rule, frames }) => [rule.id, rule.direction, frames]),
      [['f3-u3', 'from-vm', 2]],
    );
    say([{ frame: '010300000001' }]);
    assert.equal(desk.look(id).taken, 2);
  });

  it('hears the VMs that were chosen only, and neither the device nor messages', async () => {
    const { desk, say } = world();
    const [both, one] = [await desk.start(ORDER), await desk.start({ ...ORDER, ends: [B] })];
    say([{ end: A }, { end: B }, { end: 'device' }, { end: 'messages' }]);
    assert.deepEqual([desk.look(both).taken, desk.look(one).taken], [2, 1]);
  });

  it('takes what was refused only where it shall', async () => {
    const { desk, say } = world();
    const [all, passed] = [await desk.start(ORDER), await desk.start({ ...ORDER, refused: false })];
    say([{ refusedBy: 'wall' }, {}]);
    assert.deepEqual([desk.look(all).taken, desk.look(passed).taken], [2, 1]);
  });

  it('takes what a VM hears on a CAN bus, and not on a line where answers pass by themselves', async () => {
    const frame = '2301000008000000401f010000000000';
    const can = world('can');
    const id = await can.desk.start(ORDER);
    can.say([{ frame, direction: 'out' }, { frame }]);
    assert.deepEqual(
      can.desk.look(id).rules.map(({ rule }) => rule.direction),
      ['to-vm', 'from-vm'],
    );
    const modbus = world();
    const other = await modbus.desk.start(ORDER);
    modbus.say([{ direction: 'out' }]);
    assert.equal(modbus.desk.look(other).taken, 0);
  });

  it('says that the line went away, and keeps what was learned', async () => {
    const { desk, say, end } = world();
    const id = await desk.start(ORDER);
    say([{}]);
    end();
    await Promise.resolve();
    assert.deepEqual([desk.look(id).state, desk.look(id).taken], ['broken', 1]);
  });

  it('has room for a few at once, and one that has ended gives way when its place is needed', async () => {
    const { desk } = world();
    const ids: string[] = [];
    for (let count = 0; count < 8; count += 1) ids.push(await desk.start(ORDER));
    await assert.rejects(desk.start(ORDER), { code: 'GW_LEARN_FULL' });
    desk.stop(ids[0] ?? '');
    assert.equal(desk.look(ids[0] ?? '').state, 'done', 'until somebody needs its place');
    await desk.start(ORDER);
    assert.throws(() => desk.look(ids[0] ?? ''), { code: 'GW_LEARN_GONE' });
    assert.equal(desk.look(ids[1] ?? '').state, 'listening');
    await assert.rejects(desk.start(ORDER), { code: 'GW_LEARN_FULL' });
  });

  it('keeps what was learned for a while after its end, however early that was', async () => {
    const { desk, pass } = world();
    const id = await desk.start({ ...ORDER, seconds: 28_800 });
    desk.stop(id);
    pass(500_000);
    await desk.start(ORDER);
    assert.equal(desk.look(id).state, 'done');
    pass(200_000);
    await desk.start(ORDER);
    assert.throws(() => desk.look(id), { code: 'GW_LEARN_GONE' });
  });

  it('is refused for a line without rules, and for one that is not there', async () => {
    await assert.rejects(world('serial').desk.start(ORDER), { code: 'GW_RULES_NOWHERE' });
    await assert.rejects(world().desk.start({ ...ORDER, line: 'line.cell/other' }), { code: 'GW_RULES_NOWHERE' });
  });
});

describe('learning the rules of a firewall of a network', () => {
  const order = { policy: POLICY, firewall: 'wall', refused: true, seconds: 60 } as const;
  const asking: Conversation = {
    ...({ direction: 'outbound', protocol: 'tcp', port: 502, packets: 3 } as const),
    ...{ source: '10.0.0.5', destination: '192.168.50.10' },
  };

  it('hears that firewall, as it was asked for, and proposes rules in its words', async () => {
    const { desk, talk, asked } = world();
    const id = await desk.start(order);
    talk([asking], 0);
    talk([{ ...asking, packets: 1 }], 7);
    const { of, protocol, state, rules, taken, unsound, lost, left } = desk.stop(id);
    assert.deepEqual(asked, [{ firewall: 'wall', refused: true }]);
    assert.deepEqual([of, protocol, state, taken, unsound, lost, left], [POLICY, 'ip', 'done', 4, 0, 7, 0]);
    assert.deepEqual(
      rules.map(({ rule, frames }) => [rule.id, rule.direction, rule.sources, rule.ports, frames]),
      [['tcp-502', 'outbound', ['10.0.0.5/32'], ['502'], 4]],
    );
    talk([asking], 0);
    assert.equal(desk.look(id).taken, 4, 'nothing after its end');
  });

  it('shares the places of lines, and is refused for a firewall that guards nothing there', async () => {
    const { desk } = world();
    for (let count = 0; count < 4; count += 1) {
      await desk.start(ORDER);
      await desk.start(order);
    }
    await assert.rejects(desk.start(order), { code: 'GW_LEARN_FULL' });
    await assert.rejects(world().desk.start({ ...order, firewall: 'other' }), { code: 'GW_RULES_NOWHERE' });
    await assert.rejects(world().desk.start({ ...order, policy: 'policy.cell/nobody' }), { code: 'GW_RULES_NOWHERE' });
  });
});
