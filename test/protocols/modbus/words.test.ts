// What Modbus can say without a line: payloads become requests, frames become values, rules become programs.
import assert from 'node:assert/strict';
import { isAccepted } from '../../../runtime/lanes/filter/decision.ts';
import { generateFilter } from '../../../runtime/lanes/filter/generate.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import type { LineFrame } from '../../../runtime/model/line-frame.ts';
import { tcpFrame } from '../../../runtime/protocols/modbus/adu/frames.ts';
import { modbus } from '../../../runtime/protocols/modbus/protocol.ts';
import { modbusWords } from '../../../runtime/protocols/modbus/words.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => Buffer.from(text, 'hex');
const heard = (frame: string, answer?: string): LineFrame => ({
  ...{ atMs: 1, end: 'messages', direction: 'in', frame },
  ...(answer === undefined ? {} : { answer }),
});

describe('the words of Modbus', () => {
  it('make a request of a payload, and values of its answer', () => {
    const read = modbusWords.question({ unit: 17, function: 3, address: 107, quantity: 2 });
    assert.equal(hex(read.request), '1103006b0002');
    assert.deepEqual(read.answer(bytes('03040000ffff')), [0, 65_535]);
    assert.deepEqual(read.words, { unit: 17, function: 3, address: 107, quantity: 2 });
    const write = modbusWords.question({ unit: 1, function: 5, address: 3, value: true });
    assert.deepEqual(write.answer(bytes('050003ff00')), [true]);
    const listed = modbusWords.question({ unit: 1, function: 6, address: 3, values: [7] });
    assert.equal(hex(listed.request), '010600030007');
    assert.deepEqual(listed.answer(bytes('0600030007')), [7]);
    const everyone = modbusWords.question({ unit: 0, function: 16, address: 0, values: [7, 8] });
    assert.deepEqual(everyone.answer(new Uint8Array(0)), [7, 8], 'nobody answers');
  });

  it('say in words what is no question, no answer, and what a device refused', () => {
    for (const payload of [
      undefined,
      'read',
      { function: 3 },
      { unit: 1, function: 6, address: 0, value: 65_536 },
      { unit: 1, function: 6, address: 0, values: [1, 2] },
    ])
      assert.throws(() => modbusWords.question(payload), { code: 'GW_MODBUS_REQUEST' });
    const read = modbusWords.question({ unit: 9, function: 3, address: 0 });
    assert.throws(() => read.answer(bytes('8302')), { code: 'GW_MODBUS_EXCEPTION', message: /unit 9 refused/ });
    assert.throws(() => read.answer(bytes('04020000')), { code: 'GW_MODBUS_ANSWER' });
  });

  it('ask for the right to write for everything but the four reads', () => {
    const needed = [1, 2, 3, 4, 5, 6, 8, 15, 16, 22, 23, 43].map(code => modbusWords.needs(Uint8Array.of(1, code, 0)));
    assert.deepEqual(needed, [...Array(4).fill('read'), ...Array(8).fill('write')]);
  });

  it('describe what was heard, with what became of it, and leave bytes without a meaning as they are', () => {
    assert.deepEqual(modbusWords.describe(heard('11030000000a', '0302002a')), {
      ...{ unit: 17, function: 3, address: 0, quantity: 10 },
      ...{ answered: true, answer: '0302002a' },
    });
    assert.deepEqual(modbusWords.describe(heard('110300000001', '0302002a')), {
      ...{ unit: 17, function: 3, address: 0, quantity: 1, answered: true, values: [42] },
    });
    const refused = modbusWords.describe(heard('110600010005', '8601'));
    assert.deepEqual(refused, { unit: 17, function: 6, address: 1, value: 5, answered: true, exception: 1 });
    assert.deepEqual(modbusWords.describe(heard('1163ff')), { unit: 17, request: '63ff', answered: false });
    assert.deepEqual(modbusWords.describe(heard('')), { unit: undefined, request: '', answered: false });
  });

  it('make a program of rules that lets nothing else pass, and name the rule that is none', () => {
    const rule = { units: [], registers: [], values: [], log: false };
    const { fromVm, toVm } =
      modbusWords.guard?.('guard', [{ ...rule, id: 'reads', functions: [3], action: 'accept' }]) ?? assert.fail();
    assert.equal(toVm, undefined, 'answers pass');
    const { decide } = generateFilter(fromVm);
    const passes = (pdu: string) => {
      const frame = tcpFrame(0, 1, bytes(pdu));
      return isAccepted(decide(frame, 0, frame.length, 0, freshState(fromVm)));
    };
    assert.equal(passes('0300000001'), true);
    assert.equal(passes('0600000001'), false);
    assert.throws(() => modbusWords.guard?.('guard', [{ id: 'odd', action: 'perhaps' }]), {
      code: 'GW_LINE_RULE',
      message: /guard has a rule that is none: rules\.0/,
    });
  });

  it('leave rules out of a line that are for what others ask a VM', () => {
    const rule = { units: [], registers: [], values: [], log: false, action: 'accept', functions: [3] };
    const { fromVm } =
      modbusWords.guard?.('guard', [
        { ...rule, id: 'own', direction: 'from-vm' },
        { ...rule, id: 'asked', direction: 'to-vm' },
        { ...rule, id: 'both', direction: 'both' },
      ]) ?? assert.fail();
    assert.deepEqual(
      fromVm.rules.map(({ id }) => id),
      ['own', 'both'],
    );
    assert.throws(() => modbusWords.guard?.('guard', [{ ...rule, id: 'odd', direction: 'outbound' }]), {
      code: 'GW_LINE_RULE',
    });
  });

  it('claim the port or the address that a line leads to', () => {
    const device = (settings: object) => modbusWords.device(modbus.options.parse(settings));
    assert.equal(device({ path: '/dev/serial/by-id/usb-1' }), '/dev/serial/by-id/usb-1');
    assert.equal(device({ carrier: 'tcp', host: '192.168.50.10' }), 'tcp://192.168.50.10:502');
    assert.equal(device({ carrier: 'rtu-over-tcp', host: 'fe80::1', port: 4001 }), 'tcp://[fe80::1]:4001');
  });
});
