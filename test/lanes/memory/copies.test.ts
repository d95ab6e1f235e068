// Bytes into slots and from slot to slot: by whichever of its ways a length is copied, a frame is what it was, and nothing else is.
import assert from 'node:assert/strict';
import { createFrameMemory, FrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { SLOT } from '../../../runtime/lanes/memory/layout.ts';

const LENGTHS = Array.from({ length: SLOT.dataBytes + 1 }, (_, length) => length);
const UNTOUCHED = 0xee;

/** Different at every place, and never what untouched memory is. */
const bytesFrom = (begin: number, length: number) =>
  Uint8Array.from({ length }, (_, index) => (begin + index * 7) % 0xe0);

/** A memory of three slots; the middle one is written to. */
function blankMemory(): FrameMemory {
  const memory = createFrameMemory(3);
  memory.bytes.fill(UNTOUCHED);
  return memory;
}

/** Says what is not as it must be, and wipes the slot. */
function wrongIn(memory: FrameMemory, frame: Uint8Array): string | undefined {
  const begin = FrameMemory.at(1);
  const written = Buffer.from(memory.bytes.subarray(begin, begin + frame.length));
  memory.bytes.fill(UNTOUCHED, begin, begin + frame.length);
  if (!written.equals(frame)) return `the bytes of ${frame.length}`;
  return memory.bytes.every(byte => byte === UNTOUCHED) ? undefined : `what lies around ${frame.length}`;
}

describe('bytes of frames', () => {
  it('come into a slot whole and alone, of every length and wherever they begin in their memory', () => {
    const memory = blankMemory();
    const source = bytesFrom(3, SLOT.dataBytes + 8);
    for (const begin of [0, 1, 4, 7])
      for (const length of LENGTHS) {
        const frame = source.subarray(begin, begin + length);
        memory.copyIn(1, frame);
        assert.equal(wrongIn(memory, frame), undefined);
      }
  });

  it('go from one memory to another without what an earlier frame left behind them', () => {
    const [from, to] = [blankMemory(), blankMemory()];
    const older = bytesFrom(5, SLOT.dataBytes);
    from.copyIn(2, older);
    for (const length of LENGTHS) {
      to.copyFrame(1, from, 2, length);
      assert.equal(wrongIn(to, older.subarray(0, length)), undefined);
    }
  });

  it('go from slot to slot of one memory', () => {
    const memory = blankMemory();
    for (const length of [0, 1, 3, 64, 191, 192, 193, 1500, SLOT.dataBytes]) {
      const frame = bytesFrom(length, length);
      memory.copyIn(2, frame);
      memory.copyFrame(1, memory, 2, length);
      memory.bytes.fill(UNTOUCHED, FrameMemory.at(2), FrameMemory.at(2) + length);
      assert.equal(wrongIn(memory, frame), undefined);
    }
  });
});
