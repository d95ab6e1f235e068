// Sends random bursts between ports of the addon and over a stream to an echo, and holds what arrives against what was sent.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BURST, SLOT } from '../../../runtime/lanes/memory/layout.ts';
import { type BurstAddon, type NativePort, portOf } from '../../../runtime/lanes/native/addon.ts';
import { Dice } from '../filter/dice.ts';

/** Slots of exactly a burst, so that nothing lies behind the last. */
class Slots {
  readonly memory = new Uint8Array(BURST * SLOT.bytes);
  readonly slots = Int32Array.from({ length: BURST }, (_, slot) => BURST - 1 - slot);
  readonly words = new Int32Array(BURST);
  readonly times = new Float64Array(BURST);

  frame(index: number): Uint8Array {
    const at = (this.slots[index] ?? 0) * SLOT.bytes + SLOT.headBytes;
    return this.memory.subarray(at, at + (this.words[index] ?? 0));
  }

  /** @returns a copy of the first frames, one after the other */
  bytes(count: number): Buffer {
    return Buffer.concat(Array.from({ length: count }, (_, index) => this.frame(index)));
  }
}

/** @returns how many bytes went over */
export async function exchange(addon: BurstAddon, rounds: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'exchange-'));
  const echo = createServer(socket => socket.on('error', () => {}).pipe(socket)).listen(join(folder, 'echo'));
  await once(echo, 'listening');
  const [left, right] = [join(folder, 'left'), join(folder, 'right')];
  const one = portOf(addon.openUnixPackets(left, right), 'one end');
  const other = portOf(addon.openUnixPackets(right, left), 'the other end');
  const stream = portOf(addon.openUnixStream(join(folder, 'echo')), 'a stream');
  try {
    const dice = new Dice(11);
    let bytes = 0;
    for (let round = 0; round < rounds; round += 1)
      bytes += (await go(addon, one, other, dice, 8)) + (await go(addon, stream, stream, dice, BURST));
    return bytes;
  } finally {
    for (const port of [one, other, stream]) addon.close(port);
    await once(echo.close(), 'close');
    rmSync(folder, { recursive: true });
  }
}

async function go(addon: BurstAddon, from: NativePort, to: NativePort, dice: Dice, most: number): Promise<number> {
  const [sent, came] = [new Slots(), new Slots()];
  const count = 1 + dice.below(most);
  for (let index = 0; index < count; index += 1) {
    sent.words[index] = dice.pick([1, 16, SLOT.dataBytes, 1 + dice.below(SLOT.dataBytes)]);
    sent.frame(index).fill(dice.below(256));
  }
  const all = sent.bytes(count);
  assert.equal(addon.send(from, sent.memory, sent.slots, sent.words, count), count);
  // What a stream could not send at once is its own now.
  sent.memory.fill(0);
  let arrived = Buffer.alloc(0);
  while (arrived.length < all.length) {
    addon.rest(from);
    const got = addon.receive(to, came.memory, came.slots, BURST, came.words, came.times);
    arrived = Buffer.concat([arrived, came.bytes(got)]);
    if (got === 0) await new Promise(setImmediate);
  }
  assert.ok(arrived.equals(all));
  return all.length;
}
