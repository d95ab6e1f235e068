// Calls the addon as nobody should. It must complain, and neither read nor write where it may not.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { STRIDE } from '../../../runtime/lanes/filter/state.ts';
import { tableOf } from '../../../runtime/lanes/filter/table.ts';
import { BURST, SLOT } from '../../../runtime/lanes/memory/layout.ts';
import {
  type BurstAddon,
  type NativeFilter,
  type NativePort,
  PORT_FIGURE,
  portOf,
} from '../../../runtime/lanes/native/addon.ts';
import { Dice } from '../filter/dice.ts';
import { programs } from '../filter/programs.ts';

type Arguments = readonly unknown[];

/** What no function takes in any place. */
const NEVER: readonly unknown[] = [
  ...[undefined, null, Number.NaN, -2, 1.5, 2 ** 40, 'x\0y', 'x'.repeat(5000), Symbol('x'), 10n, {}, [], () => {}],
  ...[detached(new Int32Array(64)), detached(new Uint8Array(64)), detached(new Float64Array(64))],
  ...[new DataView(new ArrayBuffer(8)), new Int16Array(9), new Int32Array(0), new Proxy({}, {}), process.stdout],
];

function detached<A extends ArrayBufferView>(array: A): A {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
}

/** Right arguments of every function, by its name. */
function rightCalls(addon: BurstAddon, port: NativePort, filter: NativeFilter): Record<string, Arguments> {
  const memory = new Uint8Array(4 * SLOT.bytes);
  const slots = Int32Array.of(0, 1, 2, 3);
  const state = new Float64Array(8 * 1025);
  return {
    filter: [Int32Array.of(addon.tableMagic, 6, 0, 0, 0, 0)],
    decide: [filter, memory, Int32Array.of(0, 8), Int32Array.of(8, 8), 2, 1, state, new Int32Array(2)],
    openUdp: ['127.0.0.1', 0, '', 0, 0],
    openUnixPackets: ['', ''],
    openUnixStream: ['/nobody/listens'],
    openTty: ['/no/such/line', 9600, 0, 1],
    openCan: ['no-such-can'],
    close: [port],
    receive: [port, memory, slots, 4, new Int32Array(4), new Float64Array(4)],
    send: [port, memory, slots, Int32Array.of(1, 2, 3, 4), 4],
    rest: [port],
    figures: [port, new Float64Array(16)],
    number: [port],
    // Of no instruction that there is.
    openSegment: [Int32Array.of(0, 0), 1],
    deviceNumber: ['no-such'],
    wait: [[port], Uint8Array.of(1), -1, 0],
    giveAlarm: [-1],
    ringAlarm: [-1],
  };
}

/** Wrong in more than one argument's kind. */
function wrongCalls(port: NativePort, filter: NativeFilter): readonly (readonly [string, Arguments])[] {
  const memory = new Uint8Array(2 * SLOT.bytes);
  const state = new Float64Array(8 * 1025);
  const decide = (start: number, length: number, count = 1, states = state): Arguments => [
    ...[filter, memory, Int32Array.of(start), Int32Array.of(length), count, 1, states, new Int32Array(1)],
  ];
  const receive = (slot: number, count = 1, bytes = memory): Arguments => [
    ...[port, bytes, Int32Array.of(slot), count, new Int32Array(1), new Float64Array(1)],
  ];
  const send = (slot: number, word: number, count = 1): Arguments => [
    ...[port, memory, Int32Array.of(slot), Int32Array.of(word), count],
  ];
  return [
    ['decide', decide(-1, 1)],
    ['decide', decide(0, -1)],
    ['decide', decide(memory.length, 1)],
    ['decide', decide(1, memory.length)],
    ['decide', decide(2 ** 31 - 1, 2 ** 31 - 1)],
    ['decide', decide(0, 1, 2)],
    ['decide', decide(0, 1, 1, new Float64Array(7))],
    ['decide', [port, ...decide(0, 1).slice(1)]],
    ['receive', receive(-1)],
    ['receive', receive(2)],
    ['receive', receive(2 ** 31 - 1)],
    ['receive', receive(0, 2)],
    ['receive', receive(0, BURST + 1)],
    ['receive', receive(0, 1, new Uint8Array(SLOT.bytes - 1))],
    ['receive', [filter, ...receive(0).slice(1)]],
    ['send', send(2, 1)],
    ['send', send(0, SLOT.dataBytes + 1)],
    ['send', send(0, -1)],
    ['send', send(0, 1, 2)],
    ['figures', [port, new Float64Array(Object.keys(PORT_FIGURE).length - 1)]],
    ['openSegment', [Int32Array.of(0, 0, 0), 1]],
    ['openSegment', [Int32Array.of(0, 0), 4097]],
    ['attachSegment', [port, 'lo']],
    ['trySegment', [filter, memory]],
    ['countSegment', [port, new Float64Array(1)]],
    ['closeSegment', [port]],
    ['wait', [Array(257).fill(port), new Uint8Array(257), -1, 0]],
    ['wait', [[port], Uint8Array.of(1), -1, 101]],
    ['wait', [[port, filter], Uint8Array.of(1, 1), -1, 0]],
    ['wait', [[port, port], Uint8Array.of(1), -1, 0]],
  ];
}

const isComplaint = { name: 'TypeError', code: 'GW_NATIVE_ARGUMENT' };

/** Throws when a wrong call is taken, or anything but a complaint comes of it. @returns how many were made */
export function abuse(addon: BurstAddon): number {
  const filter = addon.filter(Int32Array.of(addon.tableMagic, 6, 0, 0, 0, 0));
  const port = portOf(addon.openUdp('127.0.0.1', 0, '', 0, 0), 'a port');
  assert.ok(filter !== undefined);
  const functions = addon as unknown as Record<string, (...given: Arguments) => unknown>;
  let calls = 0;
  const refuses = (name: string, given: Arguments) => {
    calls += 1;
    assert.throws(() => functions[name]?.(...given), isComplaint, `${name} of ${given.map(value => typeof value)}`);
  };
  for (const [name, right] of Object.entries(rightCalls(addon, port, filter))) {
    for (const index of right.keys()) {
      refuses(name, right.slice(0, index));
      for (const wrong of NEVER) if (!isRight(name, index, wrong)) refuses(name, right.with(index, wrong));
    }
  }
  for (const [name, given] of wrongCalls(port, filter)) refuses(name, given);
  const thief = [port, port];
  Object.defineProperty(thief, 1, {
    get: () => {
      addon.close(port);
      return port;
    },
  });
  refuses('wait', [thief, Uint8Array.of(1, 1), -1, 0]);
  refuses('rest', [port]);
  addon.close(port);
  return calls;
}

/** Some places take what others do not. */
function isRight(name: string, index: number, value: unknown): boolean {
  if (name === 'wait' && index === 0) return Array.isArray(value);
  // A time may be any number.
  return name === 'decide' && index === 5 && typeof value === 'number' && !Number.isNaN(value);
}

/**
 * Gives the addon tables with numbers that nobody wrote, and runs those that it takes.
 * @returns how many it took, and how many not
 */
export function mangle(addon: BurstAddon, runs: number): { taken: number; refused: number } {
  const tally = { taken: 0, refused: 0 };
  // More rules than a table of this size can have.
  const state = new Float64Array(STRIDE * 4096);
  fc.assert(
    fc.property(programs, fc.integer(), (program, seed) => {
      const dice = new Dice(seed);
      const table = tableOf(program);
      for (let time = 0; time < 20; time += 1) {
        const mangled = table.slice(0, dice.chance(0.1) ? dice.below(table.length + 1) : table.length);
        for (let cell = dice.below(3); cell >= 0; cell -= 1)
          if (mangled.length > 0) mangled[dice.below(mangled.length)] = dice.pick(numbers(dice));
        const filter = mangled.length < 6 ? undefined : addon.filter(mangled);
        if (filter === undefined) tally.refused += 1;
        else {
          tally.taken += 1;
          runThrough(addon, filter, state, dice);
        }
      }
    }),
    { numRuns: runs, endOnFailure: true },
  );
  return tally;
}

function numbers(dice: Dice): readonly number[] {
  return [0, 1, -1, 2, 3, 4, 5, 64, 65, 2047, 2048, 0x7fff_ffff, -0x8000_0000, dice.below(300), dice.below(2 ** 31)];
}

/** Memory of exactly the frame's size: who reads beyond it, reads what belongs to nobody. */
function runThrough(addon: BurstAddon, filter: NativeFilter, state: Float64Array, dice: Dice): void {
  for (const length of [0, 1, 2, dice.below(64), dice.below(1985)]) {
    const bytes = new Uint8Array(new ArrayBuffer(length));
    for (let at = 0; at < Math.min(length, 80); at += 1) bytes[at] = dice.below(256);
    addon.decide(filter, bytes, Int32Array.of(0), Int32Array.of(length), 1, 1, state, new Int32Array(1));
  }
}
