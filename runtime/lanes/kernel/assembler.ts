// Writes instructions of the kernel's own small machine (eBPF), each as two 32-bit words. Knows nothing of filters.

/** Its registers, as this code uses them; `r0` to `r5` are lost in a call. */
export const R = { result: 0, a: 1, b: 2, c: 3, d: 4, e: 5, context: 6, data: 7, end: 8, length: 9 } as const;
export type Register = (typeof R)[keyof typeof R];

/** Conditional jumps: unsigned, and signed ones that begin with `s`. */
const JUMPS = { '==': 0x10, '>': 0x20, '>=': 0x30, '!=': 0x50, '<': 0xa0, '<=': 0xb0, 's>': 0x60, 's<': 0xc0 } as const;
export type Jump = keyof typeof JUMPS;
const [OF_64, OF_32] = [0x05, 0x06];

/** Operations with a number; the bits above the 32 lower ones become zero, or are part of it. */
const ALU_32 = 0x04;
const ALU_64 = 0x07;
const FROM_REGISTER = 0x08;
const OPERATIONS = { add: 0x00, multiply: 0x20, and: 0x50, shift: 0x70, set: 0xb0 } as const;
const SIZES = { 1: 0x10, 2: 0x08, 4: 0x00 } as const;
const LOAD = 0x61;
const TO_BIG_ENDIAN = 0xdc;
const LOAD_ADDRESS = 0x18;
/** Of the memory that the code counts in; who loads the code says which it is. */
const OF_MEMORY = 2;
const ADD_ATOMICALLY = 0xdb;
const [CALL, EXIT, GO] = [0x85, 0x95, 0x05];

/** Where jumps go that were written before. */
export interface Label {
  at?: number;
  isAsked?: true;
}

/** Jumps reach no further than this many instructions. */
const FARTHEST = 0x7fff;

export class Assembler {
  readonly #words: number[] = [];
  readonly #jumps: { readonly at: number; readonly to: Label }[] = [];
  /** Nothing comes here, so nothing is written: the kernel takes no code that is never run. */
  #isDead = false;

  /** The code. @throws RangeError when a jump would go too far */
  code(): Int32Array {
    const words = Int32Array.from(this.#words);
    for (const { at, to } of this.#jumps) {
      const by = (to.at ?? Number.POSITIVE_INFINITY) - at - 1;
      if (Math.abs(by) > FARTHEST) throw new RangeError('the program is too long for the kernel');
      words[2 * at] = (words[2 * at] ?? 0) | (by << 16);
    }
    return words;
  }

  /** What follows is where the label's jumps go. */
  place(label: Label): void {
    if (label.isAsked === true) this.#isDead = false;
    label.at = this.#words.length / 2;
  }

  set(to: Register, value: number): void {
    this.#write(ALU_32 | OPERATIONS.set, to, 0, 0, value);
  }

  /** With its sign. */
  setSigned(to: Register, value: number): void {
    this.#write(ALU_64 | OPERATIONS.set, to, 0, 0, value);
  }

  copy(to: Register, from: Register): void {
    this.#write(ALU_64 | OPERATIONS.set | FROM_REGISTER, to, from, 0, 0);
  }

  add(to: Register, what: { readonly value: number } | { readonly register: Register }): void {
    if ('value' in what) this.#write(ALU_64 | OPERATIONS.add, to, 0, 0, what.value);
    else this.#write(ALU_64 | OPERATIONS.add | FROM_REGISTER, to, what.register, 0, 0);
  }

  multiply(to: Register, by: number): void {
    this.#write(ALU_64 | OPERATIONS.multiply, to, 0, 0, by);
  }

  /** Keeps some of the 32 lower bits, then shifts them down. */
  cut(to: Register, mask: number, shift: number): void {
    if (mask >>> 0 !== 0xffff_ffff) this.#write(ALU_32 | OPERATIONS.and, to, 0, 0, mask);
    if (shift > 0) this.#write(ALU_32 | OPERATIONS.shift, to, 0, 0, shift);
  }

  /** Reads unsigned bytes, as the machine orders them. */
  load(to: Register, from: Register, offset: number, bytes: 1 | 2 | 4): void {
    this.#write(LOAD | SIZES[bytes], to, from, offset, 0);
  }

  /** Turns bytes around that have been read as the machine orders them, if need be. */
  bigEndian(to: Register, bytes: 2 | 4): void {
    this.#write(TO_BIG_ENDIAN, to, 0, 0, bytes * 8);
  }

  /** Compares all 64 bits with another register. */
  jump(when: Jump, left: Register, right: Register, to: Label): void {
    this.#jumpTo(JUMPS[when] | OF_64 | FROM_REGISTER, left, right, 0, to);
  }

  /** Compares the 32 lower bits with a number. */
  jumpAt(when: Jump, left: Register, value: number, to: Label): void {
    this.#jumpTo(JUMPS[when] | OF_32, left, 0, value, to);
  }

  go(to: Label): void {
    this.#jumpTo(GO, 0, 0, 0, to);
    this.#isDead = true;
  }

  /** Adds one to a counter of the memory. @param number  of the counter, from 0 on */
  count(number: number): void {
    this.#write(LOAD_ADDRESS, R.a, OF_MEMORY, 0, 0);
    this.#write(0, 0, 0, 0, number * 8);
    this.set(R.b, 1);
    this.#write(ADD_ATOMICALLY, R.a, R.b, 0, 0);
  }

  call(helper: number): void {
    this.#write(CALL, 0, 0, 0, helper);
  }

  exit(): void {
    this.#write(EXIT, 0, 0, 0, 0);
    this.#isDead = true;
  }

  #jumpTo(operation: number, left: number, right: number, value: number, to: Label): void {
    if (this.#isDead) return;
    to.isAsked = true;
    this.#jumps.push({ at: this.#words.length / 2, to });
    this.#write(operation, left, right, 0, value);
  }

  #write(operation: number, to: number, from: number, offset: number, value: number): void {
    if (!this.#isDead) this.#words.push(operation | (to << 8) | (from << 12) | (offset << 16), value | 0);
  }
}
