// Writes a domain as libvirt wants it (libvirt.org/formatdomain.html).
import { deviceName } from '../../host/linux/device-name.ts';
import { commandLineOf } from '../../model/boot-line.ts';
import { type DomainDescription, METADATA_PREFIX, METADATA_URI } from './domain.ts';
import { firmwareFeatures, formatFirmware } from './firmware.ts';
import {
  DEVICES_PREFIX,
  DEVICES_URI,
  formatMarks,
  formatSlots,
  needsSlot,
  type OwnedElement,
  plugInto,
  slotBuses,
} from './owned-parts.ts';
import { formatBalloon, formatPlacement } from './placement.ts';
import { formatAttestChannel, formatTpm } from './tpm.ts';
import { formatXml, type XmlTree } from './xml.ts';

/** The whole domain, for define. */
export function formatDomain(domain: DomainDescription): string {
  const { spec } = domain;
  return formatXml({
    domain: {
      '@type': domain.acceleration,
      name: domain.name,
      uuid: domain.uuid,
      title: domain.address,
      metadata: {
        [`${METADATA_PREFIX}:vm`]: { [`@xmlns:${METADATA_PREFIX}`]: METADATA_URI, ...tag(domain) },
        ...marks(domain),
      },
      memory: { '@unit': 'MiB', '#text': String(spec.memoryMiB) },
      ...formatPlacement(spec),
      vcpu: { '@placement': 'static', '#text': String(spec.vcpus) },
      os: os(domain),
      features: { acpi: {}, apic: {}, ...firmwareFeatures(spec) },
      ...(domain.acceleration === 'kvm' ? { cpu: { '@mode': 'host-passthrough' } } : {}),
      clock: { '@offset': 'utc' },
      on_poweroff: 'destroy',
      on_reboot: 'restart',
      on_crash: 'restart',
      devices: devices(domain),
    },
  });
}

/** The tag alone, for libvirt's call that changes the metadata of a running domain: it adds the namespace itself. */
export function formatTag(domain: DomainDescription): string {
  return formatXml({ vm: tag(domain) });
}

function marks({ owned }: DomainDescription): XmlTree {
  if (owned === undefined || owned.marks.length === 0) return {};
  const element = { [`@xmlns:${DEVICES_PREFIX}`]: DEVICES_URI, ...formatMarks(owned.marks) };
  return { [`${DEVICES_PREFIX}:devices`]: element };
}

function tag({ address, generation, spec }: DomainDescription): XmlTree {
  return {
    '@address': address,
    '@generation': String(generation),
    '@tenant': spec.tenant,
    '@image': spec.image,
    '@kernelArguments': spec.kernelArguments,
    '@startOrder': String(spec.startOrder),
    gate: (spec.gates ?? []).map(({ by, otherwise }) => ({ '@by': by, '@otherwise': otherwise })),
    nic: spec.nics.map(nic => ({ '@name': nic.name, '@port': nic.port, '@mac': nic.mac, '@mtu': String(nic.mtu) })),
  };
}

function os({ boot, spec, variables }: DomainDescription): XmlTree {
  const type = { '@arch': 'x86_64', '@machine': 'q35', '#text': 'hvm' };
  const firmware = formatFirmware(spec, variables);
  if (boot.kind !== 'kernel') return { type, ...firmware, boot: { '@dev': 'hd' } };
  return { type, ...firmware, kernel: boot.kernel, initrd: boot.initrd, cmdline: commandLineOf(spec.kernelArguments) };
}

function devices(domain: DomainDescription): XmlTree {
  const { spec, boot } = domain;
  const buses = slotBuses(spec.hotplug?.pciSlots ?? 0, spec.nics.length);
  const owned = replugged(domain.owned?.elements ?? [], buses);
  return {
    emulator: domain.emulator,
    ...(boot.kind === 'kernel' ? {} : { disk: [boot.kind === 'disk' ? disk(boot.overlay) : signedDisk(boot.disk)] }),
    controller: [
      // WHY also none: a guest gets what it was drawn with; libvirt would add a USB controller of its own.
      { '@type': 'usb', '@model': spec.hotplug?.usb === true ? 'qemu-xhci' : 'none' },
      ...formatSlots(buses),
    ],
    hostdev: owned.filter(({ kind }) => kind === 'hostdev').map(({ tree }) => tree),
    interface: spec.nics.map(nic => ({
      '@type': 'ethernet',
      mac: { '@address': nic.mac },
      // The bridge driver makes the tap and keeps it; libvirt only opens it.
      target: { '@dev': deviceName('gwp', nic.port), '@managed': 'no' },
      model: { '@type': 'virtio' },
      mtu: { '@size': String(nic.mtu) },
    })),
    serial: [
      {
        '@type': 'unix',
        source: { '@mode': 'bind', '@path': domain.consolePath },
        log: { '@file': domain.logPath, '@append': 'on' },
        target: { '@type': 'isa-serial', '@port': '0' },
      },
      {
        '@type': 'unix',
        source: { '@mode': 'bind', '@path': domain.fieldPath },
        target: { '@type': 'isa-serial', '@port': '1' },
      },
      ...owned.filter(({ kind }) => kind === 'serial').map(({ tree }) => tree),
    ],
    ...(spec.watchdog === 'none' ? {} : { watchdog: [{ '@model': 'i6300esb', '@action': spec.watchdog }] }),
    ...formatBalloon(spec),
    ...formatAttestChannel(spec, domain.attestPath),
    ...formatTpm(spec, domain.tpmSecret),
    rng: { '@model': 'virtio', backend: { '@model': 'random', '#text': '/dev/urandom' } },
    panic: { '@model': 'isa' },
  };
}

/** Owned devices at the slots that there are now; one without a slot has to be given anew, and shows as drift. */
function replugged(elements: readonly OwnedElement[], buses: readonly number[]): readonly OwnedElement[] {
  const free = [...buses];
  return elements.flatMap(element => {
    if (!needsSlot(element)) return [element];
    const bus = free.shift();
    return bus === undefined ? [] : [plugInto(element, bus)];
  });
}

function disk(overlay: string): XmlTree {
  return {
    '@type': 'file',
    '@device': 'disk',
    driver: { '@name': 'qemu', '@type': 'qcow2' },
    source: { '@file': overlay },
    target: { '@dev': 'vda', '@bus': 'virtio' },
  };
}

/** Read only: who could write to it could not sign it. */
function signedDisk(path: string): XmlTree {
  return {
    '@type': 'file',
    '@device': 'disk',
    driver: { '@name': 'qemu', '@type': 'raw' },
    source: { '@file': path },
    target: { '@dev': 'vda', '@bus': 'virtio' },
    readonly: {},
  };
}
