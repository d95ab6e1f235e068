import assert from 'node:assert/strict';
import { serial } from '../../../runtime/protocols/serial/protocol.ts';
import { serialWords } from '../../../runtime/protocols/serial/words.ts';

describe('the words of a plain serial line', () => {
  it('take a Buffer, a text, or bytes in an array or in hex, and say again what a tap heard', () => {
    const payloads = [Buffer.from('AT\r'), 'AT\r', [0x41, 0x54, 0x0d], { data: '41540d' }, { data: [0x41, 0x54, 13] }];
    for (const payload of payloads) {
      const { request, answer } = serialWords.question(payload);
      assert.deepEqual(Buffer.from(request), Buffer.from('AT\r'));
      assert.deepEqual(answer(new Uint8Array()), { data: '41540d' });
    }
    const words = serialWords.describe({ atMs: 0, end: 'device', direction: 'in', frame: 'c3bc' });
    assert.deepEqual(Buffer.from(serialWords.question(words).request), Buffer.from('ü'));
    assert.equal(serialWords.guard, undefined);
  });

  it('refuse everything else', () => {
    for (const payload of ['', [], [300], { data: '1' }, { data: 7 }, 12, null, { text: 'AT' }])
      assert.throws(() => serialWords.question(payload), { code: 'GW_SERIAL_BYTES' });
  });

  it('name the port that the line holds', () => {
    const settings = serial.options.parse({ path: '/dev/ttyS3' });
    assert.equal(serialWords.device(settings), '/dev/ttyS3');
  });
});
