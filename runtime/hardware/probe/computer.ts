// What the computer itself is: its name, CPU, memory, firmware and TPM.
import { readCompute } from '../../host/linux/compute.ts';
import type { Evidence } from '../evidence.ts';
import { cleanText, known, wholeNumber } from '../import/imported.ts';
import type { BoxProfile } from '../profile.ts';
import type { Reading } from './reading.ts';

const EFI_GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c';

function read(source: string): Evidence {
  return { '*': { confidence: 'probed', source } };
}

export async function probeIdentity({ text }: Reading): Promise<BoxProfile['identity']> {
  const dmi = (name: string) => text(`/sys/class/dmi/id/${name}`);
  const [systemVendor, productName, boardVendor, boardName] = await Promise.all(
    ['sys_vendor', 'product_name', 'board_vendor', 'board_name'].map(dmi),
  );
  const [biosVendor, biosVersion, biosDate] = await Promise.all(['bios_vendor', 'bios_version', 'bios_date'].map(dmi));
  // Boxes without DMI tell their model in the device tree, with a zero byte behind it.
  const model = cleanText((await text('/proc/device-tree/model'))?.replace(/[\0\ufffd]+$/, ''));
  const names = known({ systemVendor, productName, boardVendor, boardName, biosVendor, biosVersion, biosDate });
  return {
    ...known({ model }),
    ...names,
    evidence: model === undefined ? read('/sys/class/dmi/id') : { ...read('/sys/class/dmi/id'), model: tree },
  };
}

const tree = { confidence: 'probed', source: '/proc/device-tree/model' } as const;

export async function probeCpu({ raw, names }: Reading): Promise<BoxProfile['cpu']> {
  const blocks = ((await raw('/proc/cpuinfo')) ?? '').split(/\n\n+/).map(cpuFields);
  const cpus = blocks.filter(fields => fields.has('processor'));
  const [first] = cpus;
  const flags = new Set((first?.get('flags') ?? '').split(/\s+/));
  const sockets = new Set(cpus.flatMap(cpu => cpu.get('physical id') ?? [])).size;
  const cores = new Set(
    cpus.flatMap(cpu => (cpu.has('core id') ? `${cpu.get('physical id')} ${cpu.get('core id')}` : [])),
  );
  const x86 = first?.has('flags') === true;
  const tables = await names('/sys/firmware/acpi/tables');
  const remapping = tables.includes('DMAR') || tables.includes('IVRS');
  return {
    ...known({
      architecture: architectureOf(first),
      brand: cleanText(first?.get('model name')),
      sockets: sockets === 0 ? undefined : sockets,
      cores: cores.size === 0 ? undefined : cores.size,
      threads: cpus.length === 0 ? undefined : cpus.length,
      vtx: x86 ? flags.has('vmx') || flags.has('svm') : undefined,
      // Newer kernels tell EPT among the flags or in a line of its own.
      ept: x86 ? flags.has('ept') || flags.has('npt') || / ept\b/.test(` ${first?.get('vmx flags') ?? ''}`) : undefined,
      // Tables may be hidden from us; a folder that shows none says nothing.
      vtd: tables.length === 0 ? undefined : remapping,
    }),
    evidence: { ...read('/proc/cpuinfo'), vtd: { confidence: 'probed', source: '/sys/firmware/acpi/tables' } },
  };
}

function cpuFields(block: string): ReadonlyMap<string, string> {
  const lines = block.split('\n').map(line => /^([^\t:]+)\t*: ?(.*)$/.exec(line));
  return new Map(lines.flatMap(match => (match === null ? [] : [[(match[1] ?? '').trim(), match[2] ?? '']])));
}

function architectureOf(cpu: ReadonlyMap<string, string> | undefined): BoxProfile['cpu']['architecture'] {
  if (cpu === undefined) return undefined;
  if (cpu.has('flags')) return /\blm\b/.test(cpu.get('flags') ?? '') ? 'x86_64' : 'other';
  if (!cpu.has('Features')) return undefined;
  return cpu.get('CPU architecture') === '8' ? 'aarch64' : 'armv7l';
}

export async function probeMemory({ raw }: Reading): Promise<BoxProfile['memory']> {
  const kibibytes = wholeNumber(/^MemTotal:\s+(\d+) kB$/m.exec((await raw('/proc/meminfo')) ?? '')?.[1]);
  const totalMiB = kibibytes === undefined ? undefined : Math.floor(kibibytes / 1024);
  return { ...known({ totalMiB }), evidence: read('/proc/meminfo') };
}

/** What the running kernel keeps for VMs; nothing of a dump without those files. */
export async function probeCompute({ raw, names }: Reading): Promise<Pick<BoxProfile, 'compute'>> {
  const compute = await readCompute({ readFile: raw, list: names });
  if (Object.keys(compute).length === 0) return {};
  return { compute: { ...compute, evidence: read('/sys/devices/system/cpu, /sys/kernel and /proc') } };
}

export async function probeFirmware({ raw, names }: Reading): Promise<BoxProfile['firmware']> {
  const folders = await names('/sys/firmware');
  const variable = async (name: string) => {
    // Four bytes of attributes, then the value [UEFI specification, global variables].
    const value = (await raw(`/sys/firmware/efi/efivars/${name}-${EFI_GLOBAL}`))?.charCodeAt(4);
    return value === 0 || value === 1 ? value === 1 : undefined;
  };
  const uefi = folders.includes('efi');
  return {
    ...known({
      kind: firmwareKind(folders),
      secureBoot: uefi ? await variable('SecureBoot') : folders.length === 0 ? undefined : false,
      setupMode: uefi ? await variable('SetupMode') : undefined,
    }),
    evidence: read('/sys/firmware'),
  };
}

function firmwareKind(folders: readonly string[]): BoxProfile['firmware']['kind'] {
  if (folders.includes('efi')) return 'uefi';
  if (folders.includes('devicetree')) return 'device-tree';
  return folders.length === 0 ? undefined : 'bios';
}

export async function probeTpm({ number, names }: Reading): Promise<BoxProfile['tpm']> {
  const [name] = (await names('/sys/class/tpm')).filter(each => /^tpm\d{1,9}$/.test(each));
  const evidence = read('/sys/class/tpm');
  // A system whose classes cannot be seen at all says nothing of its TPM.
  if (name === undefined) return { ...((await names('/sys/class')).length === 0 ? {} : { present: false }), evidence };
  const major = await number(`/sys/class/tpm/${name}/tpm_version_major`);
  const banks = (await names(`/sys/class/tpm/${name}`)).flatMap(each => /^pcr-(\w{1,20})$/.exec(each)?.[1] ?? []);
  return {
    present: true,
    device: `/dev/${name}`,
    ...known({ version: major === 2 ? ('2.0' as const) : major === 1 ? ('1.2' as const) : undefined }),
    ...(banks.length === 0 ? {} : { banks: banks.slice(0, 20) }),
    evidence,
  };
}
