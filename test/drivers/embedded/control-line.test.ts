// The line to programs in the guest: answers are told apart, and nobody waits for ever.
import assert from 'node:assert/strict';
import { ControlLine } from '../../../runtime/drivers/embedded/control-line.ts';
import { refusal } from '../../contract/driver-case.ts';

const PATIENT = new AbortController().signal;

describe('the control line of an emulated PC', () => {
  it('gives each command its own answer, however the bytes come', async () => {
    const sent: string[] = [];
    const line = new ControlLine(bytes => sent.push(Buffer.from(bytes).toString()));
    const first = line.ask('uname', PATIENT);
    const second = line.ask('false', PATIENT);
    assert.deepEqual(sent, ['@1 uname\n', '@2 false\n']);
    for (const byte of Buffer.from('noise@@BEGIN 1\r\nLinux\r\n\n@@END 1 0\n@@BEGIN 2\n\n@@END 2 1\n'))
      line.hear(Uint8Array.of(byte));
    assert.deepEqual(await first, { output: 'Linux', status: 0 });
    assert.deepEqual(await second, { output: '', status: 1 });
  });

  it('stops waiting when told, and fails what waits when the line is cut', async () => {
    const line = new ControlLine(() => {});
    const controller = new AbortController();
    const cancelled = line.ask('sleep 1000', controller.signal);
    const cut = line.ask('sleep 1000', PATIENT);
    controller.abort();
    assert.equal(await refusal(cancelled), 'GW_CANCELLED');
    line.cut('its thread ended');
    assert.equal(await refusal(cut), 'GW_HOST_UNEXPECTED');
  });
});
