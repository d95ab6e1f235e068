// What an event is about: the component of the machine, by PCR, type and what the event tells.
import { type Component, componentOfPcr } from '../model/boot-component.ts';
import type { LogEvent } from './event-log.ts';
import { EVENT } from './event-types.ts';
import { type BootImage, bootImage, taggedEvent, textOf, variableOf } from './uefi.ts';

export interface Measured {
  readonly component: Component;
  /** File, variable or section, when the event names one. Plain text, from whoever handed over the log. */
  readonly what?: string;
}

/** Linux's EFI stub, by the number of the tagged event: LINUX_EFI_INITRD and LINUX_EFI_LOADED_IMAGE options. */
const TAGS: Readonly<Record<number, Component>> = { 2403017452: 'initrd', 2403017453: 'command line' };

/** Files and sections by name, as boot loaders measure them. The first that fits. */
const NAMES: readonly (readonly [RegExp, Component])[] = [
  [/^grub_cmd: (linux|kernel)/, 'command line'],
  [/^grub_cmd/, 'boot loader'],
  [/^(grub_)?kernel_cmdline\b|^\.cmdline$/, 'command line'],
  [/^\.initrd$|initr(d|amfs)/i, 'initrd'],
  [
    /^\.(linux|osrel|uname|dtb|splash|sbat|ucode|pcrpkey)$|(^|[/\\])(vmlinu|bzimage|kernel|linux|image)[^/\\]*$/i,
    'kernel',
  ],
  // Unified kernel images have a folder of their own (Boot Loader Specification, type 2).
  [/\\EFI\\Linux\\[^\\]+$/i, 'kernel'],
];

/** Never throws: what an event tells may be anything. */
export function measuredBy({ pcr, type, data }: LogEvent): Measured {
  switch (type) {
    case EVENT.variableDriverConfig:
    case EVENT.variableAuthority:
    case EVENT.variableBoot:
    case EVENT.variableBoot2:
      return withName(componentOfPcr(pcr), variableOf(data)?.name);
    case EVENT.bootApplication:
      return application(pcr, bootImage(data));
    case EVENT.tag:
      return { component: TAGS[taggedEvent(data)?.id ?? 0] ?? componentOfPcr(pcr) };
    case EVENT.ipl:
      return ipl(pcr, textOf(data));
    case EVENT.gpt:
      return { component: 'partition table' };
    default:
      return { component: componentOfPcr(pcr) };
  }
}

/** A program that the firmware started. One from nowhere was already in memory: the kernel, read by a boot loader. */
function application(pcr: number, { file, fromMemory }: BootImage): Measured {
  if (pcr !== 4) return withName(componentOfPcr(pcr), file);
  return withName(fromMemory ? 'kernel' : programAt(file), file);
}

/** What a program is that the firmware starts, by its path. */
export function programAt(file: string): Component {
  return named(file) ?? 'boot loader';
}

/** What a boot loader measures. GRUB puts the files it reads, its own settings too, into PCR 9. */
function ipl(pcr: number, text: string): Measured {
  // Command lines name kernels and initrds, and are neither.
  if ((pcr === 8 || pcr === 12) && !text.startsWith('grub_cmd')) return { component: 'command line' };
  return withName(named(text) ?? (pcr === 9 ? 'boot loader' : componentOfPcr(pcr)), text);
}

function named(text: string): Component | undefined {
  return NAMES.find(([pattern]) => pattern.test(text))?.[1];
}

function withName(component: Component, what: string | undefined): Measured {
  return what === undefined || what === '' ? { component } : { component, what };
}
