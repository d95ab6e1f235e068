// What a domain is made of beside its devices: memory, processors, where they run, what starts it.
import { child, children, textAt, type XmlElement } from '../../hardware/import/libvirt-xml.ts';
import { HostCpus } from '../../model/host-cpus.ts';
import { KernelArguments } from '../../model/kinds/vm.ts';
import { quoted } from '../../model/plain-text.ts';
import { attribute } from './read-domain.ts';
import { type DomainPart, partOf } from './report.ts';

/** Fields of a VM, and what is to be said of them. */
export interface Machine {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly parts: readonly DomainPart[];
}

/** Bytes of the units that libvirt knows. */
const UNITS: Readonly<Record<string, number>> = {
  ...{ b: 1, bytes: 1, KB: 1e3, k: 1024, KiB: 1024, MB: 1e6, M: 1 << 20, MiB: 1 << 20 },
  ...{ GB: 1e9, G: 1 << 30, GiB: 1 << 30, TB: 1e12, T: 2 ** 40, TiB: 2 ** 40 },
};
const MIB = 1 << 20;
const MOST_MIB = 1_048_576;
const [LEAST_MIB, MOST_VCPUS, MOST_PRIORITY] = [64, 64, 99];

export function machineOf(domain: XmlElement): Machine {
  const all = [
    memory(domain),
    processors(domain),
    pinning(domain),
    backing(domain),
    firmware(domain),
    kernel(domain),
    watchdog(domain),
  ];
  return {
    fields: Object.assign({}, ...all.map(({ fields }) => fields)) as Machine['fields'],
    parts: all.flatMap(({ parts }) => parts),
  };
}

function memory(domain: XmlElement): Machine {
  const drawn = mebibytes(child(domain, 'memory'));
  const memoryMiB = Math.min(Math.max(drawn ?? 1024, LEAST_MIB), MOST_MIB);
  const notes =
    drawn === memoryMiB ? [] : [`The XML does not say it in a way a VM can have: check the ${memoryMiB} MiB.`];
  return { fields: { memoryMiB }, parts: [partOf('memory', [`${memoryMiB} MiB`], notes)] };
}

function mebibytes(element: XmlElement | undefined): number | undefined {
  const text = element?.['#text'];
  const name = attribute(element, 'unit') || 'KiB';
  const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text) || unit === undefined) return undefined;
  return Math.ceil((Number(text) * unit) / MIB);
}

function processors(domain: XmlElement): Machine {
  const text = textAt(domain, 'vcpu') ?? '1';
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  const vcpus = Math.min(Math.max(count, 1), MOST_VCPUS);
  const notes = count === vcpus ? [] : [`It has ${quoted(text)}, and a VM has from 1 to ${MOST_VCPUS}.`];
  return { fields: { vcpus }, parts: [partOf('processors', [`${vcpus} vCPU`], notes)] };
}

function pinning(domain: XmlElement): Machine {
  const tune = child(domain, 'cputune');
  const pins = children(tune, 'vcpupin').toSorted((one, other) => numberOf(one, 'vcpu') - numberOf(other, 'vcpu'));
  const sets = pins.map(pin => attribute(pin, 'cpuset'));
  const emulator = attribute(child(tune, 'emulatorpin'), 'cpuset');
  const priorities = new Set(
    children(tune, 'vcpusched').map(one => (attribute(one, 'scheduler') === 'fifo' ? numberOf(one, 'priority') : -1)),
  );
  const [priority = 0] = priorities;
  const vcpus = Number(textAt(domain, 'vcpu') ?? 1);
  const [whole, known, even] = [
    sets.length === 0 || (sets.length === vcpus && sets.every(isCpus)),
    emulator === '' || isCpus(emulator),
    priorities.size === 0 || (priorities.size === 1 && priority >= 1 && priority <= MOST_PRIORITY),
  ];
  const notes = [
    ...(whole ? [] : ['A VM has one CPU of the host, or one range, for each vCPU: write where they run.']),
    ...(known ? [] : [`Its emulator runs on ${quoted(emulator)}: write one CPU of the host, or one range.`]),
    ...(even ? [] : ['A VM has one priority by SCHED_FIFO for all vCPUs: write it.']),
  ];
  const fields = {
    ...(whole && sets.length > 0 ? { vcpuPins: sets.join(', ') } : {}),
    ...(known && emulator !== '' ? { emulatorPin: emulator } : {}),
    ...(even && priorities.size > 0 ? { fifoPriority: priority } : {}),
  };
  const asks = sets.length + priorities.size > 0 || emulator !== '';
  return { fields, parts: asks ? [partOf('pinning', Object.keys(fields).length > 0 ? ['placement'] : [], notes)] : [] };
}

function isCpus(text: string): boolean {
  return HostCpus.safeParse(text).success;
}

function numberOf(element: XmlElement, name: string): number {
  const text = attribute(element, name);
  return /^\d{1,4}$/.test(text) ? Number(text) : -1;
}

const PAGES = { '2-mib': 'pages of 2 MiB', '1-gib': 'pages of 1 GiB' } as const;

function backing(domain: XmlElement): Machine {
  const found = child(domain, 'memoryBacking');
  const page = mebibytesOfPage(child(found, 'hugepages', 'page'));
  const huge = child(found, 'hugepages') === undefined ? 'none' : page === 1024 ? '1-gib' : '2-mib';
  const lockedMemory = child(found, 'locked') !== undefined;
  if (huge === 'none' && !lockedMemory) return { fields: {}, parts: [] };
  const words = [...(huge === 'none' ? [] : [PAGES[huge]]), ...(lockedMemory ? ['locked'] : [])];
  return { fields: { hugePages: huge, lockedMemory }, parts: [partOf('memory backing', words)] };
}

function mebibytesOfPage(page: XmlElement | undefined): number | undefined {
  return page === undefined
    ? undefined
    : mebibytes({ '#text': attribute(page, 'size'), '@unit': attribute(page, 'unit') || 'KiB' });
}

function firmware(domain: XmlElement): Machine {
  const os = child(domain, 'os');
  const loader = child(os, 'loader');
  const secure =
    attribute(loader, 'secure') === 'yes' ||
    children(child(os, 'firmware'), 'feature').some(
      one => attribute(one, 'name') === 'secure-boot' && attribute(one, 'enabled') === 'yes',
    );
  const uefi = attribute(os, 'firmware') === 'efi' || attribute(loader, 'type') === 'pflash' || secure;
  const kind = secure ? 'uefi-secure' : uefi ? 'uefi' : 'bios';
  const enrol = secure
    ? ['With Secure Boot it starts what the owner of the box has signed: see the keys of the owner.']
    : [];
  return { fields: { firmware: kind }, parts: uefi ? [partOf('firmware', [kind], enrol)] : [] };
}

function kernel(domain: XmlElement): Machine {
  const os = child(domain, 'os');
  const line = textAt(os, 'cmdline') ?? '';
  const fits = KernelArguments.safeParse(line).success;
  const parts = [
    ...(textAt(os, 'kernel') === undefined ? [] : ['Its kernel and initrd come with an image: install them as one.']),
    ...(fits ? [] : ['Its command line has quotes or is too long: write the kernel arguments.']),
  ];
  if (line === '' && parts.length === 0) return { fields: {}, parts: [] };
  return {
    fields: fits ? { kernelArguments: line } : {},
    parts: [partOf('kernel', fits && line !== '' ? ['kernel arguments'] : [], parts)],
  };
}

function watchdog(domain: XmlElement): Machine {
  const [found] = children(child(domain, 'devices'), 'watchdog');
  const action = attribute(found, 'action') || 'reset';
  if (found === undefined || action === 'none') return { fields: {}, parts: [] };
  const known = action === 'reset' || action === 'poweroff';
  const notes = known ? [] : [`It does ${quoted(action)}; a watchdog here resets or powers off. Choose one.`];
  return {
    fields: known ? { watchdog: action } : {},
    parts: [partOf('watchdog', known ? [`watchdog: ${action}`] : [], notes)],
  };
}
