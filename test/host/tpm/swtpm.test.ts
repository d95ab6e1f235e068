// The socket of an emulated TPM, with something else behind it.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { openSwtpm } from '../../../runtime/host/tpm/swtpm.ts';
import { MOST_ANSWER } from '../../../runtime/model/tpm.ts';
import { type OddPeer, oddPeer } from './odd-peer.ts';

const COMMAND = Buffer.from('80010000000a00000165', 'hex');
const ANSWER = Buffer.from('80010000000c000000000102', 'hex');
const failed = (message: RegExp) => ({ code: 'GW_ATTEST_TPM', message });

describe('the socket of an emulated TPM', () => {
  let peer: OddPeer;
  afterEach(() => peer.close());

  const answering = async (say: (socket: Socket) => void) => {
    peer = await oddPeer(socket => socket.on('data', () => say(socket)));
    return openSwtpm(peer.path);
  };

  it('puts an answer together that comes in pieces', async () => {
    const tpm = await answering(socket => {
      for (const byte of ANSWER) socket.write(Buffer.of(byte));
    });
    assert.deepEqual(Buffer.from(await tpm.transmit(COMMAND)), ANSWER);
    assert.deepEqual(Buffer.from(await tpm.transmit(COMMAND)), ANSWER);
    await tpm.close();
  });

  const lengths = {
    'shorter than a header': 9,
    'longer than any TPM says': MOST_ANSWER + 1,
    'without an end': 2 ** 32 - 1,
  };
  for (const [what, length] of Object.entries(lengths))
    it(`refuses an answer that says it is ${what}`, async () => {
      const answer = Buffer.from(ANSWER);
      answer.writeUInt32BE(length, 2);
      const tpm = await answering(socket => socket.write(answer));
      await assert.rejects(tpm.transmit(COMMAND), failed(/no TPM/));
      await assert.rejects(tpm.transmit(COMMAND), failed(/gone/));
    });

  it('refuses more than the answer', async () => {
    const tpm = await answering(socket => socket.write(Buffer.concat([ANSWER, ANSWER])));
    await assert.rejects(tpm.transmit(COMMAND), failed(/no TPM/));
  });

  it('asks one thing at a time, and fails when it hangs up', async () => {
    const tpm = await answering(socket => socket.end(ANSWER.subarray(0, 5)));
    const first = tpm.transmit(COMMAND);
    await assert.rejects(tpm.transmit(COMMAND), failed(/busy/));
    await assert.rejects(first, failed(/hung up/));
  });

  it('says that nobody is there', async () => {
    peer = await oddPeer(() => {});
    await assert.rejects(openSwtpm(`${peer.path}.none`), failed(/start it/));
  });
});
