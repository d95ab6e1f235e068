// Event logs of machines that never were, built by hand as the PC Client Platform Firmware Profile says, and what a TPM has
// to be extended with so that it fits.
import { createHash } from 'node:crypto';
import { EVENT } from '../../runtime/attest/event-types.ts';
import { ALG, HASH_BYTES, type StrongHashName } from '../../runtime/attest/tpm/algorithms.ts';

/** What a machine consists of; anything that tells one from another. */
export interface Machine {
  readonly firmware: string;
  readonly settings: string;
  readonly bootLoader: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
  readonly secureBoot: boolean;
  readonly signers: string;
}

export const MACHINE: Machine = {
  firmware: 'OVMF 2025.02',
  settings: 'disk first',
  bootLoader: 'sd-boot 257',
  kernel: 'linux 6.12.48',
  initrd: 'cell 7',
  commandLine: 'console=ttyS0 quiet',
  secureBoot: true,
  signers: 'our own',
};

/** One event; the digest is that of `measured`, or of the data when the firmware measures what it tells. */
export interface BootEvent {
  readonly pcr: number;
  readonly type: number;
  readonly data: Buffer;
  readonly measured?: Buffer;
}

export const BANKS: readonly StrongHashName[] = ['sha256', 'sha384'];

export function digestOf(event: BootEvent, bank: StrongHashName): Buffer {
  return createHash(bank)
    .update(event.measured ?? event.data)
    .digest();
}

/** What UEFI, systemd-boot and the EFI stub of Linux measure. */
export function bootOf(machine: Machine): readonly BootEvent[] {
  const { bootApplication, firmwareBlob, tag, ipl, variableDriverConfig, variableBoot, gpt, action } = EVENT;
  const separators = [0, 1, 2, 3, 4, 5, 6, 7].map(pcr => ({ pcr, type: EVENT.separator, data: Buffer.alloc(4) }));
  const keys = ['PK', 'KEK', 'db', 'dbx'].map(name =>
    variable(name, Buffer.from(name === 'db' ? machine.signers : name)),
  );
  const from = (measured: string) => ({ measured: Buffer.from(measured) });
  return [
    { pcr: 0, type: EVENT.crtmVersion, data: Buffer.from(machine.firmware, 'utf16le') },
    { pcr: 0, type: firmwareBlob, data: Buffer.alloc(16), ...from(machine.firmware) },
    ...[variable('SecureBoot', Buffer.of(machine.secureBoot ? 1 : 0)), ...keys].map(data => ({
      ...{ pcr: 7, type: variableDriverConfig, data },
    })),
    { pcr: 1, type: variableBoot, data: variable('BootOrder', Buffer.from(machine.settings)) },
    ...separators,
    { pcr: 4, type: action, data: Buffer.from('Calling EFI Application from Boot Option') },
    { pcr: 5, type: gpt, data: Buffer.alloc(100) },
    { pcr: 4, type: bootApplication, data: image('\\EFI\\BOOT\\BOOTX64.EFI'), ...from(machine.bootLoader) },
    { pcr: 4, type: bootApplication, data: image('\\vmlinuz-6.12'), ...from(machine.kernel) },
    { pcr: 9, type: tag, data: tagged(0x8f3b22ed, 'LOADED_IMAGE::LoadOptions'), ...from(machine.commandLine) },
    { pcr: 9, type: tag, data: tagged(0x8f3b22ec, 'Linux initrd'), ...from(machine.initrd) },
    { pcr: 5, type: action, data: Buffer.from('Exit Boot Services Invocation') },
    { pcr: 12, type: ipl, data: Buffer.from(`${machine.commandLine}\0`, 'utf16le'), ...from(machine.commandLine) },
  ];
}

/** The log in the crypto-agile format. */
export function logOf(events: readonly BootEvent[], banks: readonly StrongHashName[] = BANKS): Buffer {
  const digested = events.map(event => ({ ...event, digests: banks.map(bank => digestOf(event, bank)) }));
  return logOfDigests(digested, banks);
}

/** As logOf, of events whose digests are known. @param events  with a digest for each bank */
export function logOfDigests(
  events: readonly (Omit<BootEvent, 'measured'> & { readonly digests: readonly Buffer[] })[],
  banks: readonly StrongHashName[],
): Buffer {
  const described = banks.flatMap(bank => [u16(ALG[bank]), u16(HASH_BYTES[bank])]);
  const version = Buffer.from([0, 0, 0, 0, 0, 2, 0, 2]);
  const body = [Buffer.from('Spec ID Event03\0'), version, u32(banks.length), ...described, Buffer.of(0)];
  const head = [u32(0), u32(3), Buffer.alloc(20), sized(Buffer.concat(body))];
  const told = events.flatMap(({ pcr, type, data, digests }) => {
    const named = banks.flatMap((bank, index) => [u16(ALG[bank]), digests[index] ?? Buffer.alloc(0)]);
    return [u32(pcr), u32(type), u32(banks.length), ...named, sized(data)];
  });
  return Buffer.concat([...head, ...told]);
}

/** Arguments of tpm2_pcrextend that do what the firmware did. */
export function extensions(events: readonly BootEvent[]): readonly string[] {
  return events.map(event => {
    const digests = BANKS.map(bank => `${bank}=${digestOf(event, bank).toString('hex')}`);
    return `${event.pcr}:${digests.join(',')}`;
  });
}

function variable(name: string, value: Buffer): Buffer {
  return Buffer.concat([
    Buffer.alloc(16, 0xaa),
    u64(name.length),
    u64(value.length),
    Buffer.from(name, 'utf16le'),
    value,
  ]);
}

/** UEFI_IMAGE_LOAD_EVENT with the path of a file. */
function image(file: string): Buffer {
  const name = Buffer.from(`${file}\0`, 'utf16le');
  const path = Buffer.concat([Buffer.of(4, 4), u16(4 + name.length), name, Buffer.from('7fff0400', 'hex')]);
  return Buffer.concat([u64(0), u64(0), u64(0), u64(path.length), path]);
}

function tagged(id: number, text: string): Buffer {
  return Buffer.concat([u32(id), sized(Buffer.from(`${text}\0`))]);
}

function sized(data: Buffer): Buffer {
  return Buffer.concat([u32(data.length), data]);
}

function u16(value: number): Buffer {
  return Buffer.from([value & 0xff, value >> 8]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  return Buffer.concat([u32(value), u32(0)]);
}
