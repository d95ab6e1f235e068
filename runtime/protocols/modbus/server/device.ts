// What a slave is made of: four tables [4.3] and a name plate. A device answers with exception codes, it never throws on
// purpose; values pass as the bytes that stand in a frame, so that nothing is allocated for a request.
import type { IdentificationObject } from '../pdu/identification.ts';

export type BitTable = 'coils' | 'discrete-inputs';
export type RegisterTable = 'holding-registers' | 'input-registers';

/**
 * One device. Addresses count from 0, `quantity` is within the bounds of the protocol, and `address + quantity` is at most
 * 65,536. Each method returns 0, or the exception code to answer (2 for addresses that the device does not have).
 */
export interface Device {
  /** Writes bits, packed from the low bit of the byte at `at`; the rest of the last byte must be zero. */
  readBits(table: BitTable, address: number, quantity: number, into: Uint8Array, at: number): number;
  /** Writes registers, high byte first. */
  readRegisters(table: RegisterTable, address: number, quantity: number, into: Uint8Array, at: number): number;
  /** All or none: an exception leaves everything as it was. */
  writeBits(address: number, quantity: number, from: Uint8Array, at: number): number;
  writeRegisters(address: number, quantity: number, from: Uint8Array, at: number): number;
  /** Objects of the name plate by ascending id; a device without them answers `illegal function`. */
  readonly identification?: readonly IdentificationObject[];
}

/** The devices behind one port, by unit number. */
export interface Devices {
  find(unit: number): Device | undefined;
  /** For broadcasts. */
  all(): Iterable<Device>;
}

/** One device that answers for every unit, as a device with its own network address does. */
export function singleDevice(device: Device): Devices {
  return { find: () => device, all: () => [device] };
}

/**
 * Several devices by their unit numbers. A master that names none, with 0 or 255, means the only one [TCP 4.4.2].
 * @param units  unit number (1 to 247) to device
 */
export function devicesByUnit(units: ReadonlyMap<number, Device>): Devices {
  const [only] = units.size === 1 ? units.values() : [];
  return {
    find: unit => units.get(unit) ?? (unit === 0 || unit === 255 ? only : undefined),
    all: () => units.values(),
  };
}
