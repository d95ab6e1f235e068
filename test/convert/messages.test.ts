// What ordinary nodes sent to nodes of other packs and got from them, they send to a bus and get from it once it is converted.
import assert from 'node:assert/strict';
import { WORDS } from '../../runtime/protocols/catalog.ts';
import { readQuestion } from '../../runtime/protocols/modbus/question.ts';
import { foreignText } from '../../scripts/golden.ts';
import { type Converted, converted, functionOf, linesOf } from './converted.ts';

type Message = Readonly<Record<string, unknown>>;

/** What a function node makes of a message. */
function made(flow: Converted, id: string, message: object): Message {
  return functionOf(flow, id)({ ...message }) as Message;
}

describe('messages of a converted flow', () => {
  it('are asked by themselves as often as they were polled, and answered to who heard the answers', () => {
    const flow = converted(foreignText('heat-pump-tcp'));
    const node = (id: string) => flow.added.find(one => one.id === id) ?? assert.fail(id);
    const asks = node('hp.read.ask');
    assert.deepEqual([asks.type, asks.repeat, asks.once, asks.topic], ['inject', '30', true, 'polling']);
    assert.deepEqual(readQuestion(JSON.parse(String(asks.payload))), { unit: 1, function: 4, address: 0, quantity: 6 });
    assert.deepEqual(asks.wires, [['hp.client.bus']]);
    assert.deepEqual(node('hp.client.bus').wires, [['hp.client.firewall'], ['hp.client.bus.answers']]);
    const [rule] = node('hp.client.bus.answers').rules as readonly { readonly v: string }[];
    const asker = (asks.props as readonly { readonly p: string; readonly v?: string }[]).find(({ p }) => p === 'asker');
    assert.equal(rule?.v, asker?.v);
    assert.deepEqual(node('hp.client.bus.answers').wires, [['hp-scale']]);
    assert.equal(linesOf(flow)[0]?.messages, 'read');
  });

  it('write what their payload says', () => {
    const flow = converted(foreignText('valves-and-setpoints'));
    const asked = (id: string, payload: unknown) => readQuestion(made(flow, id, { payload }).payload);
    assert.deepEqual(asked('vs.valve.ask', true), { unit: 3, function: 5, address: 12, value: true });
    assert.deepEqual(asked('vs.set.ask', [1, 2]), { unit: 3, function: 16, address: 400, values: [1, 2] });
    assert.deepEqual(asked('vs.lamp.ask', 9), { unit: 4, function: 6, address: 7, value: 9 });
    assert.deepEqual(asked('vs.get.ask', 'now'), { unit: 3, function: 2, address: 0, quantity: 16 });
    assert.equal(linesOf(flow)[0]?.messages, 'write');
  });

  it('may say by themselves what is read and written', () => {
    const reads = converted(foreignText('flexible-reads'));
    const read = made(reads, 'fr.get.ask', { payload: { fc: '4', address: '200' }, topic: 'kept' });
    assert.deepEqual(
      [readQuestion(read.payload), read.topic],
      [{ unit: 126, function: 4, address: 200, quantity: 1 }, 'kept'],
    );
    const writes = converted(foreignText('flexible-writes'));
    const payload = { value: [16], fc: 16, unitid: 8, address: 261, quantity: 1 };
    const written = made(writes, 'fw.write.ask', { payload }).payload;
    assert.deepEqual(readQuestion(written), { unit: 8, function: 16, address: 261, values: [16] });
    const single = made(writes, 'fw.write.ask', { payload: JSON.stringify({ ...payload, fc: 6 }) }).payload;
    assert.deepEqual(readQuestion(single), { unit: 8, function: 6, address: 261, value: 16 });
  });

  it('are frames of CAN in the words of the pack and of the bus', () => {
    const flow = converted(foreignText('forklift-can'));
    const say = (payload: unknown) => WORDS.can?.question(made(flow, 'fc.in.ask', { payload }).payload).words;
    const bytes = { ext: false, rtr: false };
    assert.deepEqual(say({ canid: 1281, dlc: 2, data: [1, 0] }), { id: 1281, ...bytes, data: '0100' });
    assert.deepEqual(say('501#0100'), { id: 0x501, ...bytes, data: '0100' });
    assert.deepEqual(say('18FEF100#FFFF'), { id: 0x18fef100, ext: true, rtr: false, data: 'ffff' });
    assert.equal(say('123#R')?.rtr, true);
    const heard = made(flow, 'fc.out.hear', { payload: { atMs: 2, from: 'device', id: 418, ...bytes, data: '0a0b' } });
    const { rawData, ...rest } = heard.payload as Message;
    assert.deepEqual(rest, { timestamp: 2000, canid: 418, ...bytes, dlc: 2, data: [10, 11] });
    assert.deepEqual(rawData, Buffer.of(10, 11));
    assert.equal(functionOf(flow, 'fc.out.hear')({ payload: { lost: 3 } }), null);
  });

  it('are bytes of a serial line, with the ending of the port', () => {
    const flow = converted(foreignText('weighing-scale'));
    const { payload } = made(flow, 'ws.out.ask', { payload: 'S' });
    assert.deepEqual(WORDS.serial?.question(payload).words, { data: Buffer.from('S\r\n').toString('hex') });
    const heard = { payload: { from: 'device', data: Buffer.from('12.5').toString('hex') } };
    assert.equal(made(flow, 'ws.in.hear', heard).payload, '12.5');
    assert.equal(functionOf(flow, 'ws.in.hear')({ payload: { from: 'vm.g/v', data: '41' } }), null);
  });

  it('cross from one tab to another by links', () => {
    const { flow, added } = converted(foreignText('one-client-on-two-tabs'));
    const links = added.filter(({ type }) => type.startsWith('link'));
    assert.equal(links.length, 4);
    const done = flow.find(({ id, type }) => type === 'link in' && id.startsWith('ot.done'));
    assert.deepEqual([done?.z, done?.wires], ['ot-b', [['ot-done']]]);
  });
});
