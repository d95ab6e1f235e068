// Sends bursts of frames of many lengths by the addon over the loopback of this network, and looks at what arrives. Argument: the
// addon's file. Prints how many frames arrived as they were sent, and what the sender counted.
import assert from 'node:assert/strict';
import { BURST, SLOT } from '../../../runtime/lanes/memory/layout.ts';
import { loadAddon, type NativePort, PORT_FIGURE, portOf } from '../../../runtime/lanes/native/addon.ts';
import { Dice } from '../filter/dice.ts';

const ROUNDS = 60;

const loaded = loadAddon(process.argv[2] ?? '');
if ('why' in loaded) throw new Error(loaded.why);
const { addon } = loaded;
const dice = new Dice(7);
const memory = new Uint8Array(BURST * SLOT.bytes);
const slots = Int32Array.from({ length: BURST }, (_, slot) => BURST - 1 - slot);
const to = portOf(addon.openUdp('127.0.0.1', 0, '', 0, 0), 'a port');
const from = portOf(addon.openUdp('127.0.0.1', 0, '127.0.0.1', addon.number(to), 0), 'a port');

/** Long runs of one length, with others in between. */
function lengths(): Int32Array {
  const words = new Int32Array(BURST);
  let [length, left] = [0, 0];
  for (let index = 0; index < BURST; index += 1) {
    if (left === 0) [length, left] = [dice.pick([0, 1, 16, 72, 300, 1400, 1473, SLOT.dataBytes]), 1 + dice.below(40)];
    left -= 1;
    words[index] = dice.chance(0.1) ? dice.below(SLOT.dataBytes + 1) : length;
  }
  return words;
}

function arrived(port: NativePort, most: number): Buffer[] {
  const frames: Buffer[] = [];
  const [into, sizes, times] = [new Uint8Array(memory.length), new Int32Array(BURST), new Float64Array(BURST)];
  while (frames.length < most) {
    const count = addon.receive(port, into, slots, most - frames.length, sizes, times);
    if (count === 0) assert.ok(addon.wait([port], Uint8Array.of(1), -1, 100), 'a frame did not come');
    for (let index = 0; index < count; index += 1) {
      const at = (slots[index] ?? 0) * SLOT.bytes + SLOT.headBytes;
      frames.push(Buffer.from(into.subarray(at, at + (sizes[index] ?? 0))));
    }
  }
  return frames;
}

let frames = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  for (let at = 0; at < memory.length; at += 1) memory[at] = dice.below(256);
  const [words, count] = [lengths(), 1 + dice.below(BURST)];
  assert.equal(addon.send(from, memory, slots, words, count), count);
  for (const [index, frame] of arrived(to, count).entries()) {
    const at = (slots[index] ?? 0) * SLOT.bytes + SLOT.headBytes;
    assert.deepEqual(frame, Buffer.from(memory.subarray(at, at + (words[index] ?? 0))), `frame ${index} of ${round}`);
    frames += 1;
  }
}
const figures = new Float64Array(Object.keys(PORT_FIGURE).length);
addon.figures(from, figures);
process.stdout.write(JSON.stringify({ frames, sent: figures[PORT_FIGURE.sent], errors: figures[PORT_FIGURE.errors] }));
for (const port of [from, to]) addon.close(port);
