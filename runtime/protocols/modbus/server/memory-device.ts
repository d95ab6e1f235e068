// A device whose tables are memory: for tests, simulations, and values that others write and masters read.
import { bitAt, u16 } from '../pdu/bytes.ts';
import { EXCEPTION } from '../pdu/functions.ts';
import type { IdentificationObject } from '../pdu/identification.ts';
import type { BitTable, Device, RegisterTable } from './device.ts';

/** How many addresses each table has, from 0; none when absent. 65,536 at most. */
export interface TableSizes {
  readonly coils?: number;
  readonly discreteInputs?: number;
  readonly holdingRegisters?: number;
  readonly inputRegisters?: number;
}

export class MemoryDevice implements Device {
  readonly identification?: readonly IdentificationObject[];
  /** A byte for each bit. */
  readonly #bits: Readonly<Record<BitTable, Uint8Array>>;
  /** Two bytes for each register, in the order of a frame. */
  readonly #registers: Readonly<Record<RegisterTable, Uint8Array>>;

  /** @param identification  texts by object id; without it the device has no name plate */
  constructor(sizes: TableSizes, identification?: Readonly<Record<number, string>>) {
    this.#bits = {
      coils: new Uint8Array(sizes.coils ?? 0),
      'discrete-inputs': new Uint8Array(sizes.discreteInputs ?? 0),
    };
    this.#registers = {
      'holding-registers': new Uint8Array(2 * (sizes.holdingRegisters ?? 0)),
      'input-registers': new Uint8Array(2 * (sizes.inputRegisters ?? 0)),
    };
    if (identification !== undefined)
      this.identification = Object.entries(identification)
        .map(([id, text]) => ({ id: Number(id), value: new TextEncoder().encode(text) }))
        .sort((one, other) => one.id - other.id);
  }

  bit(table: BitTable, address: number): boolean {
    return this.#bits[table][address] === 1;
  }

  setBit(table: BitTable, address: number, value: boolean): void {
    this.#bits[table][address] = value ? 1 : 0;
  }

  register(table: RegisterTable, address: number): number {
    return u16(this.#registers[table], 2 * address);
  }

  setRegister(table: RegisterTable, address: number, value: number): void {
    this.#registers[table].set([value >> 8, value], 2 * address);
  }

  readBits(table: BitTable, address: number, quantity: number, into: Uint8Array, at: number): number {
    const bits = this.#bits[table];
    if (address + quantity > bits.length) return EXCEPTION.illegalDataAddress;
    into.fill(0, at, at + ((quantity + 7) >> 3));
    for (let index = 0; index < quantity; index += 1)
      if (bits[address + index] === 1)
        into[at + (index >> 3)] = (into[at + (index >> 3)] as number) | (1 << (index & 7));
    return 0;
  }

  readRegisters(table: RegisterTable, address: number, quantity: number, into: Uint8Array, at: number): number {
    const registers = this.#registers[table];
    const [from, to] = [2 * address, 2 * (address + quantity)];
    if (to > registers.length) return EXCEPTION.illegalDataAddress;
    // WHY a loop: at most 250 bytes, for which a view and a copy by the engine cost more.
    for (let place = from; place < to; place += 1) into[at + place - from] = registers[place] as number;
    return 0;
  }

  writeBits(address: number, quantity: number, from: Uint8Array, at: number): number {
    const { coils } = this.#bits;
    if (address + quantity > coils.length) return EXCEPTION.illegalDataAddress;
    for (let index = 0; index < quantity; index += 1) coils[address + index] = bitAt(from, at, index) ? 1 : 0;
    return 0;
  }

  writeRegisters(address: number, quantity: number, from: Uint8Array, at: number): number {
    const registers = this.#registers['holding-registers'];
    if (2 * (address + quantity) > registers.length) return EXCEPTION.illegalDataAddress;
    for (let index = 0; index < 2 * quantity; index += 1) registers[2 * address + index] = from[at + index] as number;
    return 0;
  }
}
