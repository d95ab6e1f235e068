// What a boot will measure, foretold from what is about to be booted: so a planned change is allowed before it happens, and only
// that one. Of the firmware's own PCRs nothing can be foretold here; they are learned once.
import { createHash } from 'node:crypto';
import type { Component } from '../../model/boot-component.ts';
import { initialPcr } from '../event-log.ts';
import { programAt } from '../measured.ts';
import { Policy } from '../policy.ts';
import type { StrongHashName } from '../tpm/algorithms.ts';
import { programDigest } from './authenticode.ts';
import { contentOf, parseProgram, unfit } from './program.ts';
import { filledIn } from './qemu-kernel.ts';

export interface ForetoldEvent {
  readonly pcr: number;
  readonly component: Component;
  readonly digest: Buffer;
}

/** One boot: its events in their order, and the image that allows it in a policy. */
export interface Prediction {
  readonly events: readonly ForetoldEvent[];
  readonly image: Policy['images'][number];
}

export interface DirectBoot {
  /** Of the image, for messages. */
  readonly name: string;
  readonly kernel: Buffer;
  readonly initrd?: Buffer;
  readonly commandLine: string;
  readonly memoryMiB: number;
}

/**
 * OVMF on a q35 machine of QEMU that boots a kernel which QEMU hands over (`-kernel`): PCR 4 and 9. The kernel may be found as
 * it is or filled in by QEMU, whichever the two agree on; both are that kernel.
 * @throws GatewrightError GW_ATTEST_IMAGE for a kernel without an EFI stub
 */
export function predictDirectBoot(boot: DirectBoot, bank: StrongHashName): Prediction {
  const { name, kernel, initrd, commandLine, memoryMiB } = boot;
  const filled = filledIn(kernel, { memoryMiB, ...(initrd === undefined ? {} : { initrdBytes: initrd.length }) });
  const options = loadOptions(commandLine, initrd !== undefined);
  const parts = {
    kernel: programDigest(filled ?? kernel, bank),
    ...(options === undefined ? {} : { options: sumOf(options, bank) }),
    ...(initrd === undefined ? {} : { initrd: sumOf(initrd, bank) }),
  };
  const events = directBootEvents(parts, bank);
  const asItIs: ForetoldEvent = { pcr: 4, component: 'kernel', digest: programDigest(kernel, bank) };
  return { events, image: imageOf(name, [...events, asItIs]) };
}

/** OVMF tells the kernel of the initrd by a name of its own, and ends the text with a zero. */
function loadOptions(commandLine: string, withInitrd: boolean): Buffer | undefined {
  const text = `${commandLine}${withInitrd ? ' initrd=initrd' : ''}`;
  return text === '' ? undefined : Buffer.from(`${text}\0`, 'utf16le');
}

export interface DirectBootDigests {
  readonly kernel: Buffer;
  readonly options?: Buffer;
  readonly initrd?: Buffer;
}

/** What OVMF and the kernel's EFI stub measure into PCR 4 and 9, in their order. */
export function directBootEvents(digests: DirectBootDigests, bank: StrongHashName): readonly ForetoldEvent[] {
  const { kernel, options, initrd } = digests;
  return [
    { pcr: 4, component: 'kernel', digest: kernel },
    ...readyToBoot(bank),
    ...(options === undefined ? [] : [{ pcr: 9, component: 'command line', digest: options } as const]),
    ...(initrd === undefined ? [] : [{ pcr: 9, component: 'initrd', digest: initrd } as const]),
  ];
}

/** Sections that systemd-stub measures, in its order, and what they are (Unified Kernel Image, "PE Sections"). */
const MEASURED: readonly (readonly [string, Component])[] = [
  ['.linux', 'kernel'],
  ['.osrel', 'kernel'],
  ['.cmdline', 'command line'],
  ['.initrd', 'initrd'],
  ['.ucode', 'kernel'],
  ['.splash', 'kernel'],
  ['.dtb', 'kernel'],
  ['.uname', 'kernel'],
  ['.sbat', 'kernel'],
  ['.pcrpkey', 'kernel'],
];

export interface UnifiedBoot {
  /** Of the image, for messages. */
  readonly name: string;
  readonly file: Buffer;
  /** Of the file on its disk, with backslashes. */
  readonly path: string;
}

/**
 * OVMF that boots a unified kernel image with systemd-stub as its first boot option: PCR 4, and PCR 11 as the stub leaves it. A
 * system that measures its own phases (systemd-pcrphase) takes PCR 11 further. What goes into PCR 9 and 12 is not foretold.
 * @throws GatewrightError GW_ATTEST_IMAGE for what is no unified kernel image
 */
export function predictUnifiedBoot({ name, file, path }: UnifiedBoot, bank: StrongHashName): Prediction {
  const program = parseProgram(file);
  const parts = MEASURED.flatMap(([section, component]) => {
    const found = program.sections.find(each => each.name === section);
    return found === undefined ? [] : [{ section, component, content: contentOf(program, found) }];
  });
  const kernel = parts.find(({ section }) => section === '.linux');
  if (kernel === undefined) throw unfit('has no kernel in it');
  const sections = parts.flatMap(({ section, component, content }): readonly ForetoldEvent[] => [
    { pcr: 11, component, digest: sumOf(Buffer.from(`${section}\0`), bank) },
    { pcr: 11, component, digest: sumOf(content, bank) },
  ]);
  const events: readonly ForetoldEvent[] = [
    ...readyToBoot(bank),
    { pcr: 4, component: programAt(path), digest: programDigest(file, bank) },
    ...sections,
    // Older stubs ask the firmware to start the kernel in the image, which measures it; newer ones start it by themselves.
    { pcr: 4, component: 'kernel', digest: programDigest(kernel.content, bank) },
  ];
  return { events, image: imageOf(name, events) };
}

/** Marks of the firmware, before it starts the first boot option. */
function readyToBoot(bank: StrongHashName): readonly ForetoldEvent[] {
  const marks = [Buffer.from('Calling EFI Application from Boot Option'), Buffer.alloc(4)];
  return marks.map(mark => ({ pcr: 4, component: 'firmware', digest: sumOf(mark, bank) }));
}

/** The firmware's marks are those of every boot, and of no image. */
function imageOf(name: string, events: readonly ForetoldEvent[]): Prediction['image'] {
  const digests: Partial<Record<Component, string[]>> = {};
  for (const { component, digest } of events) {
    if (component === 'firmware') continue;
    const known = digests[component] ?? [];
    digests[component] = known.includes(digest.toString('hex')) ? known : [...known, digest.toString('hex')];
  }
  return { name, digests };
}

/** The value of a PCR after all foretold events. */
export function pcrOf(pcr: number, events: readonly ForetoldEvent[], bank: StrongHashName): Buffer {
  return events
    .filter(event => event.pcr === pcr)
    .reduce((value, { digest }) => sumOf(Buffer.concat([value, digest]), bank), initialPcr(pcr, bank));
}

/**
 * A policy that judges what was foretold by it, and all else as before. While a change is under way it allows the boot before
 * it and the one after it, each of them whole; then only the one that is there.
 * @param boots  that are allowed, one at least
 */
export function allowing(policy: Policy, boots: readonly Prediction[]): Policy {
  const foretold = new Set(boots.flatMap(({ events }) => events.map(({ pcr }) => pcr)));
  const golden = Object.entries(policy.golden).filter(([pcr]) => !foretold.has(Number(pcr)));
  return Policy.parse({
    ...policy,
    pcrs: [...new Set([...policy.pcrs, ...foretold])].sort((one, other) => one - other),
    golden: Object.fromEntries(golden),
    events: policy.events.filter(({ pcr }) => !foretold.has(pcr)),
    images: boots.map(({ image }) => image),
  });
}

function sumOf(bytes: Buffer, bank: StrongHashName): Buffer {
  return createHash(bank).update(bytes).digest();
}
