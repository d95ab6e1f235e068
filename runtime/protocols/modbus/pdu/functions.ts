// Function codes, exception codes and bounds. Clauses in square brackets, here and in the whole folder: [6.3] is of the
// MODBUS Application Protocol Specification V1.1b3, [SL 2.5] of MODBUS over Serial Line V1.02, [TCP 3.1] of MODBUS
// Messaging on TCP/IP V1.0b.

/** The functions that we build, check and answer. */
export const FUNCTION = {
  readCoils: 1,
  readDiscreteInputs: 2,
  readHoldingRegisters: 3,
  readInputRegisters: 4,
  writeSingleCoil: 5,
  writeSingleRegister: 6,
  /** Only its sub-function 0, which returns what it was sent: the way to find out whether a device is in step [6.8]. */
  diagnostics: 8,
  writeMultipleCoils: 15,
  writeMultipleRegisters: 16,
  maskWriteRegister: 22,
  readWriteRegisters: 23,
  encapsulated: 43,
} as const;

/** Set in the function code of an answer that is an exception [4.2]. */
export const EXCEPTION_BIT = 0x80;

/** Exception codes [7]. */
export const EXCEPTION = {
  illegalFunction: 1,
  illegalDataAddress: 2,
  illegalDataValue: 3,
  deviceFailure: 4,
  acknowledge: 5,
  deviceBusy: 6,
  memoryParity: 8,
  gatewayPathUnavailable: 10,
  gatewayTargetSilent: 11,
} as const;

const EXCEPTION_WORDS: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'device failure',
  5: 'acknowledged, still working',
  6: 'device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target did not answer',
};

/** The words of an exception code; codes the specification does not have are told as a number. */
export function exceptionWords(code: number): string {
  return EXCEPTION_WORDS[code] ?? `exception ${code}`;
}

const EXCEPTION_ADVICE: Readonly<Record<number, string>> = {
  1: 'the device does not have this function, so ask for another table',
  2: 'check the addresses in the manual of the device: here they count from 0, in many manuals from 1',
  3: 'ask for fewer at once, or write what the manual of the device allows',
  4: 'look at the device itself for what has failed',
  5: 'read in a while whether it is done',
  6: 'ask again in a while',
  8: 'look at the device itself for what has failed',
  10: 'check in the settings of the gateway where this unit is',
  11: 'check the power and the number of the unit behind the gateway',
};

/** What to do about an exception. */
export function exceptionAdvice(code: number): string {
  return EXCEPTION_ADVICE[code] ?? 'see the manual of the device for what it means';
}

/** Largest quantities of one request [6.1, 6.3, 6.11, 6.12, 6.17]. */
export const MOST = {
  readBits: 2000,
  readRegisters: 125,
  writeBits: 1968,
  writeRegisters: 123,
  /** The write half of function 23 is smaller, because its request also carries the read half. */
  exchangeRegisters: 121,
} as const;

/** MEI type of Read Device Identification [6.21]. */
export const MEI_IDENTIFICATION = 14;

/** Bytes of a PDU at most [4.1]; an ADU has 256 on a serial line and 260 on TCP. */
export const MOST_PDU_BYTES = 253;
