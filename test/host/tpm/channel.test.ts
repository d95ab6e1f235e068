// The channel of a VM, with a guest in it that does as it likes.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { openTpmChannel } from '../../../runtime/host/tpm/channel.ts';
import { MOST_ANSWER, MOST_LOG } from '../../../runtime/model/tpm.ts';
import { type OddPeer, oddPeer } from './odd-peer.ts';

const COMMAND = Buffer.from('80010000000a00000165', 'hex');
const failed = (message: RegExp) => ({ code: 'GW_ATTEST_TPM', message });

function linesOf(socket: Socket, hear: (line: string) => void): void {
  // A host that is gone is an error to who reads its lines, too.
  createInterface({ input: socket })
    .on('line', hear)
    .on('error', () => {});
}

describe('the channel of a VM', () => {
  let peer: OddPeer;
  afterEach(() => peer.close());

  /** @param behave  answers a line that is no greeting */
  const guest = async (behave: (line: string, say: (text: string | Buffer) => void) => void) => {
    peer = await oddPeer(socket => {
      linesOf(socket, line => {
        if (line.startsWith('HELLO ')) socket.write(`${line}\n`);
        else if (line !== '') behave(line, text => void socket.write(text));
      });
    });
    return openTpmChannel(peer.path);
  };

  it('puts an answer together that comes byte by byte', async () => {
    const channel = await guest((_line, say) => [...'ANSWER 0a0b\r\n'].forEach(say));
    assert.deepEqual([...(await channel.transmit(COMMAND))], [10, 11]);
    await channel.close();
  });

  it('takes no answer that came too late for that of the next command', async () => {
    const late: (() => void)[] = [];
    const first = await guest((_line, say) => void late.push(() => say('ANSWER 01\n')));
    await first.close();
    const channel = await openTpmChannel(peer.path, undefined, 20);
    await assert.rejects(channel.transmit(COMMAND), failed(/takes longer/));
    for (const answer of late) answer();
    await assert.rejects(channel.transmit(COMMAND), failed(/hung up/));
  });

  it('takes nothing that was said before it asked', async () => {
    const channel = await guest((line, say) => say(line === 'LOG' ? 'LOG 01\nANSWER 66\n' : 'ANSWER 02\n'));
    assert.deepEqual([...((await channel.log()) ?? [])], [1]);
    assert.deepEqual([...(await channel.transmit(COMMAND))], [2]);
    await channel.close();
  });

  const nonsense: Readonly<Record<string, string>> = {
    'digits that are none': 'ANSWER 0g',
    'half a byte': 'ANSWER 012',
    'capital letters': 'ANSWER 0A',
    'another word': 'LOG 01',
    'a word that begins so': 'ANSWERS 01',
    'a refusal': 'REFUSED',
    'more than any TPM says': `ANSWER ${'00'.repeat(MOST_ANSWER + 1)}`,
  };
  for (const [what, line] of Object.entries(nonsense))
    it(`refuses ${what}`, async () => {
      const channel = await guest((_line, say) => say(`${line}\n`));
      await assert.rejects(channel.transmit(COMMAND), failed(/nonsense/));
      await channel.close();
    });

  it('refuses a log that is longer than any, and a line without an end', async () => {
    const channel = await guest((_line, say) => say(`LOG ${'00'.repeat(MOST_LOG + 1)}\n`));
    await assert.rejects(channel.log(), failed(/nonsense|more than/));
    await channel.close();
    await peer.close();
    const other = await guest((_line, say) => say(Buffer.alloc(4 * MOST_LOG, 'a')));
    await assert.rejects(other.log(), failed(/more than/));
  });

  it('fails when the guest hangs up in the middle, or the agent ends', async () => {
    peer = await oddPeer(socket => {
      linesOf(socket, line => {
        if (line.startsWith('HELLO ')) socket.write(`${line}\n`);
        else if (line.startsWith('COMMAND ')) socket.end('ANSWER 01');
      });
    });
    await assert.rejects((await openTpmChannel(peer.path)).transmit(COMMAND), failed(/hung up/));
    const ending = new AbortController();
    const channel = await openTpmChannel(peer.path, ending.signal);
    const log = channel.log();
    ending.abort();
    await assert.rejects(log, failed(/hung up/));
  });

  it('says that nobody is there', async () => {
    peer = await oddPeer(() => {});
    await assert.rejects(openTpmChannel(`${peer.path}.none`), failed(/start the VM/));
  });
});
