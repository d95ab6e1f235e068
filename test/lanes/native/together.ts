// Lets the kernel bring datagrams together for a port of the addon, and looks at what the port makes of them. Arguments: the addon's
// file, and the program that sends (segments.c). Prints how many frames came as they were sent, and what the port counted.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { BURST, SLOT } from '../../../runtime/lanes/memory/layout.ts';
import { loadAddon, PORT_FIGURE, portOf } from '../../../runtime/lanes/native/addon.ts';
import { Dice } from '../filter/dice.ts';

const ROUNDS = 40;
const MOST_SEGMENTS = 64;
const MOST_BYTES = 65_000;

const [file = '', sender = ''] = process.argv.slice(2);
const loaded = loadAddon(file);
if ('why' in loaded) throw new Error(loaded.why);
const { addon } = loaded;
const dice = new Dice(5);
const port = portOf(addon.openUdp('127.0.0.1', 0, '', 0, 0), 'a port');
// Of exactly a burst, so that nothing lies behind the last slot.
const memory = new Uint8Array(BURST * SLOT.bytes);
const slots = Int32Array.from({ length: BURST }, (_, slot) => BURST - 1 - slot);
const [lengths, times] = [new Int32Array(BURST), new Float64Array(BURST)];
const byteAt = (at: number) => (at * 31 + Math.floor(at / 256)) & 0xff;

/** WHY no environment: the sanitizers of this process are not the sender's. */
function send(segment: number, all: number): void {
  execFileSync(sender, [`${addon.number(port)}`, `${segment}`, `${all}`], { env: {} });
}

/** Takes what was sent, for as few slots as often as it wants. @returns frames that were too long for a slot */
function take(segment: number, all: number): number {
  let tooLong = 0;
  for (let at = 0; at < all; ) {
    assert.ok(addon.wait([port], Uint8Array.of(1), -1, 100), 'what waits in the port was not told');
    const count = addon.receive(port, memory, slots, dice.pick([1, 2, 7, BURST]), lengths, times);
    for (let index = 0; index < count; index += 1) {
      const expected = Math.min(segment, all - at);
      if (expected > SLOT.dataBytes) {
        assert.equal(lengths[index], -1);
        tooLong += 1;
      } else {
        assert.equal(lengths[index], expected);
        const begin = (slots[index] ?? 0) * SLOT.bytes + SLOT.headBytes;
        for (let byte = 0; byte < expected; byte += 1) assert.equal(memory[begin + byte], byteAt(at + byte));
        frames += 1;
      }
      at += expected;
    }
  }
  assert.equal(addon.wait([port], Uint8Array.of(1), -1, 0), false, 'nothing more waits');
  return tooLong;
}

let [frames, tooLong] = [0, 0];
for (let round = 0; round < ROUNDS; round += 1) {
  const segment = dice.pick([1, 16, 72, 1400, SLOT.dataBytes, SLOT.dataBytes + 1, 5000, 1 + dice.below(2500)]);
  const most = Math.min(segment * MOST_SEGMENTS, MOST_BYTES);
  const all = dice.chance(0.3) ? most : segment + dice.below(most - segment + 1);
  send(segment, all);
  tooLong += take(segment, all);
}
const figures = new Float64Array(Object.keys(PORT_FIGURE).length);
addon.figures(port, figures);
assert.equal(figures[PORT_FIGURE.received], frames + tooLong);
assert.equal(figures[PORT_FIGURE.oversize], tooLong);
// Closed while some wait in it, too.
send(16, 1024);
addon.receive(port, memory, slots, 1, lengths, times);
addon.close(port);
process.stdout.write(JSON.stringify({ frames, tooLong, errors: figures[PORT_FIGURE.errors] }));
