// What messages of a flow say on a line of MQTT, and what is heard on it.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { protocolFields } from '../../../runtime/model/protocol.ts';
import { lineOf, readLine } from '../../../runtime/protocols/json-lines.ts';
import { readMessage, spokenMessage } from '../../../runtime/protocols/mqtt/line-message.ts';
import { mqtt } from '../../../runtime/protocols/mqtt/protocol.ts';
import { filterFor } from '../../../runtime/protocols/mqtt/topics.ts';
import { mqttWords } from '../../../runtime/protocols/mqtt/words.ts';

const asked = (payload: unknown) => JSON.parse(Buffer.from(mqttWords.question(payload).request).toString());
const base64 = (bytes: string | readonly number[]) => Buffer.from(bytes as string).toString('base64');
const frame = (value: unknown) => ({
  ...({ atMs: 0, end: 'device', direction: 'in' } as const),
  frame: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('hex'),
});

describe('the words of MQTT', () => {
  it('take text and bytes as they are, and everything else as JSON, as the nodes of Node-RED do', () => {
    const common = { topic: 'a', qos: 1, retain: false };
    for (const [given, payload] of [
      ['grün', base64('grün')],
      ['', ''],
      [Buffer.from([0, 255]), base64([0, 255])],
      [Uint8Array.of(1), base64([1])],
      [12.5, base64('12.5')],
      [false, base64('false')],
      [null, base64('null')],
      [{ on: [1] }, base64('{"on":[1]}')],
    ] as const)
      assert.deepEqual(asked({ topic: 'a', payload: given }), { ...common, payload });
    for (const data of ['00ff', [0, 255], Buffer.from([0, 255])])
      assert.deepEqual(asked({ topic: 'a', data, qos: 0, retain: true }), {
        ...{ topic: 'a', payload: base64([0, 255]), qos: 0, retain: true },
      });
    assert.equal(mqttWords.needs(mqttWords.question({ topic: 'a', payload: '' }).request), 'write');
  });

  it('refuse what is no message, and say what one is', () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    for (const [payload, words] of [
      [undefined, /payload does not fit/],
      ['text', /payload does not fit/],
      [{ payload: 'x' }, /payload\.topic does not fit/],
      [{ topic: 'a/#', payload: 'x' }, /the topic has \+ or #/],
      [{ topic: '$SYS', payload: 'x' }, /the topic starts with \$/],
      [{ topic: 'a' }, /no payload that could be sent/],
      [{ topic: 'a', payload: () => {} }, /no payload that could be sent/],
      [{ topic: 'a', payload: loop }, /no payload that could be sent/],
      [{ topic: 'a', payload: 'x', qos: 2 }, /payload\.qos does not fit/],
      [{ topic: 'a', payload: 'x', retain: 'yes' }, /payload\.retain does not fit/],
      [{ topic: 'a', data: 'xyz' }, /the bytes in data in a text are in hex/],
    ] as const)
      assert.throws(() => mqttWords.question(payload), { code: 'GW_MQTT_MESSAGE', message: words });
  });

  it('describe what is heard in a form that can be sent again, and leave the rest as it is', () => {
    for (const message of [
      { topic: 'a/b', payload: 'line\nüber\t1', qos: 0, retain: false },
      { topic: 'a/b', data: '00ff', qos: 1, retain: true },
      { topic: 'a/b', data: '1b5b32', qos: 1, retain: false },
      { topic: 'a/b', payload: '', qos: 1, retain: false },
    ]) {
      const { request, words, answer } = mqttWords.question(message);
      assert.deepEqual(
        [mqttWords.describe(frame(Buffer.from(request).toString())), words, answer(new Uint8Array())],
        [message, message, message],
      );
    }
    for (const wrong of ['', 'x', '[]', '{"topic":"a"}', { topic: 'a', payload: 'x', qos: 1, retain: true }])
      assert.deepEqual(mqttWords.describe(frame(wrong)), { bytes: frame(wrong).frame });
  });

  it('take any JSON for a message or for none, and read back every message that is written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const message = readMessage(value);
        assert.ok(
          message === undefined ||
            isDeepStrictEqual(Object.keys(spokenMessage(message)), ['topic', 'payload', 'qos', 'retain']),
        );
      }),
    );
    const message = fc.record(
      {
        topic: fc.string({ unit: 'grapheme' }),
        payload: fc.uint8Array().map(bytes => Buffer.from(bytes)),
        qos: fc.constantFrom(0 as const, 1 as const),
        retain: fc.boolean(),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(message, given => {
        assert.deepEqual(readMessage(readLine(lineOf(spokenMessage(given)).subarray(0, -1))), given);
      }),
    );
  });

  it('say that a name at a broker belongs to one line, in words of no more than a device may have', () => {
    const settings = mqtt.options.parse({ host: 'broker.plant', clientId: 'cell-7' });
    assert.equal(mqttWords.device(settings), 'cell-7 at broker.plant:8883');
    const long = mqtt.options.parse({ host: 'h'.repeat(253), clientId: 'c'.repeat(128) });
    assert.equal(mqttWords.device(long)?.length, 300);
  });

  it('mean topics of each VM by names that stand for a whole level', () => {
    const owner = { vm: 'vm.cell-7/robot-a', tenant: 'acme' } as const;
    assert.equal(filterFor('$share/g/{tenant}/{vm}/#', owner), '$share/g/acme/robot-a/#');
    assert.equal(filterFor('a/{vm}/{tenant}'), 'a/+/+');
    assert.equal(filterFor('a/x{vm}/{vmx}/{constructor}', owner), 'a/x{vm}/{vmx}/{constructor}');
  });

  it('let the names of secrets only be such as can be stored', () => {
    const secrets = protocolFields(mqtt).flatMap(({ field, secret }) => (secret ? [field] : []));
    assert.deepEqual(secrets, ['key', 'password']);
    for (const name of ['Password', '../x', 'a b']) {
      const checked = mqtt.options.safeParse({ host: 'h', clientId: 'c', password: name });
      assert.deepEqual(
        checked.error?.issues.map(({ path }) => path),
        [['password']],
      );
    }
  });
});
