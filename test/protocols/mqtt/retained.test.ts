import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RetainedMessages } from '../../../runtime/protocols/mqtt/retained.ts';

const message = (topic: string, text: string, retain = true) => ({ topic, payload: Buffer.from(text), retain });

describe('retained messages of an MQTT line', () => {
  const kept = (retained: RetainedMessages) => [...retained.all()].map(([topic, line]) => [topic, String(line)]);

  it('are the last of each topic, until one without a payload takes them back', () => {
    const retained = new RetainedMessages();
    retained.heard(message('a', 'old'), Buffer.from('old'));
    retained.heard(message('b', 'b'), Buffer.from('b'));
    retained.heard(message('a', 'new'), Buffer.from('new'));
    retained.heard(message('a', 'live', false), Buffer.from('live'));
    retained.heard(message('b', '', false), Buffer.from('nothing'));
    assert.deepEqual(kept(retained).toSorted(), [
      ['a', 'new'],
      ['b', 'b'],
    ]);
    retained.heard(message('a', ''), Buffer.from('nothing'));
    assert.deepEqual(kept(retained), [['b', 'b']]);
  });

  it('are those that the broker sends in a new session, and stay when it resumes the old one', () => {
    const retained = new RetainedMessages();
    retained.heard(message('a', '1'), Buffer.from('1'));
    retained.heard(message('b', '1'), Buffer.from('1'));
    retained.lost();
    assert.equal(kept(retained).length, 2);
    retained.lost();
    retained.heard(message('b', '2'), Buffer.from('2'));
    retained.renewed();
    assert.deepEqual(kept(retained), [['b', '2']]);
  });

  it('never take more room than they may, and count what has none', () => {
    const most = { messages: 5, bytes: 100 };
    const step = fc.record({ topic: fc.constantFrom(...'abcdefgh'), bytes: fc.nat(60) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const retained = new RetainedMessages(most);
        const model = new Map<string, number>();
        let leftOut = 0;
        for (const { topic, bytes } of steps) {
          retained.heard(message(topic, 'x'.repeat(bytes)), Buffer.alloc(bytes));
          model.delete(topic);
          const held = [...model.values()].reduce((sum, size) => sum + size, 0);
          if (bytes === 0) continue;
          if (model.size < most.messages && held + bytes <= most.bytes) model.set(topic, bytes);
          else leftOut += 1;
        }
        assert.deepEqual(new Map([...retained.all()].map(([topic, line]) => [topic, line.length])), model);
        assert.equal(retained.leftOut, leftOut);
      }),
    );
  });
});
