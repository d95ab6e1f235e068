// Reads a domain's XML back into what a design says. A domain without our tag is nobody's business: it reads as undefined.
// A field that does not say what a design could have said is left out, and so shows as drift.
import { z } from 'zod';
import { deviceName } from '../../host/linux/device-name.ts';
import { type Address, parseAddress } from '../../model/address.ts';
import { ownArgumentsOf } from '../../model/boot-line.ts';
import { GatewrightError } from '../../model/errors.ts';
import { VmNic, VmSpec } from '../../model/kinds/vm.ts';
import { type Card, type ConfiguredSpec, METADATA_URI, type ParsedDomain } from './domain.ts';
import type { FileNames } from './files.ts';
import { checksSignatures, FirmwareElements, readFirmware } from './firmware.ts';
import { kernelAmongArguments } from './handed-kernel.ts';
import { type OwnedParts, readOwnedParts } from './owned-parts.ts';
import { BalloonElement, Kibibytes, PlacementElements, readPlacement } from './placement.ts';
import { readTpm, TpmElements } from './tpm.ts';
import { parseXml } from './xml.ts';

const Text = z.union([z.string(), z.object({ '#text': z.string() }).transform(element => element['#text'])]);
const Interface = z.object({
  mac: z.object({ '@address': z.string() }),
  target: z.object({ '@dev': z.string() }).optional(),
  mtu: z.object({ '@size': z.string() }).optional(),
});
/** A second serial port as we make them; others are as their makers like. */
const FieldSerial = z.object({
  '@type': z.literal('unix'),
  source: z.object({ '@mode': z.literal('bind'), '@path': z.string() }),
  target: z.object({ '@type': z.literal('isa-serial'), '@port': z.literal('1') }),
});
const Domain = z.object({
  domain: z.object({
    name: Text,
    uuid: Text,
    metadata: z.union([z.record(z.string(), z.unknown()), z.literal('')]).optional(),
    memory: Kibibytes,
    ...PlacementElements,
    vcpu: Text,
    os: z.object({ kernel: Text.optional(), cmdline: Text.optional(), ...FirmwareElements }),
    devices: z.object({
      interface: z.array(Interface).optional(),
      serial: z.array(z.unknown()).optional(),
      watchdog: z.array(z.object({ '@model': z.string(), '@action': z.string() })).optional(),
      ...TpmElements,
      memballoon: BalloonElement.optional(),
      disk: z.array(z.object({ source: z.object({ '@file': z.string().optional() }).optional() })).optional(),
    }),
  }),
});
type DomainTree = z.infer<typeof Domain>['domain'];

const TagNic = z.object({
  '@name': z.string(),
  '@port': z.string(),
  '@mac': z.string(),
  '@mtu': z.string().optional(),
});
const TagElement = z.object({
  '@address': z.string(),
  '@generation': z.string().optional(),
  '@tenant': z.string().optional(),
  '@image': z.string().optional(),
  '@kernelArguments': z.string().optional(),
  '@startOrder': z.string().optional(),
  gate: z.array(z.object({ '@by': z.string(), '@otherwise': z.string() })).optional(),
  nic: z.array(TagNic).optional(),
});
type Tag = z.infer<typeof TagElement>;

/** Reads one domain; `undefined` when it does not carry our tag. @throws GW_HOST_UNEXPECTED */
export function parseDomain(xml: string, files: FileNames): ParsedDomain | undefined {
  const tree = parseXml(xml, 'a domain');
  const found = findTag(tree);
  if (found === undefined) return undefined;
  const parsed = Domain.safeParse(tree);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('/') ?? 'domain';
    throw new GatewrightError(
      'GW_HOST_UNEXPECTED',
      `${found.address} has XML whose ${where} cannot be read; report it`,
    );
  }
  const { domain } = parsed.data;
  const owned = readOwnedParts(tree);
  const kernel = checksSignatures(domain.os) ? (domain.os.kernel ?? kernelAmongArguments(tree)) : undefined;
  return {
    uuid: domain.uuid,
    name: domain.name,
    address: found.address,
    generation: wholeNumber(found.tag['@generation']) ?? 0,
    spec: readSpec({ domain, tag: found.tag, files, owned, unchecked: kernel !== undefined }),
    cards: (domain.devices.interface ?? []).map(readCard),
    owned,
    ...(kernel === undefined ? {} : { uncheckedKernel: kernel }),
  };
}

interface Found {
  readonly address: Address<'vm'>;
  readonly tag: Tag;
}

/** The prefix of a namespace is the writer's choice, so the element is found by its URI. */
function findTag(tree: unknown): Found | undefined {
  const metadata = (tree as { domain?: { metadata?: unknown } } | undefined)?.domain?.metadata;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  for (const [name, element] of Object.entries(metadata)) {
    const prefix = /^([^:]+):vm$/.exec(name)?.[1];
    if (prefix === undefined || (element as Record<string, unknown>)[`@xmlns:${prefix}`] !== METADATA_URI) continue;
    const tag = TagElement.safeParse(element);
    const address = tag.success ? tag.data['@address'] : undefined;
    if (tag.success && address !== undefined && parseAddress(address)?.kind === 'vm')
      return { address: address as Address<'vm'>, tag: tag.data };
  }
  return undefined;
}

interface Parts {
  readonly domain: DomainTree;
  readonly tag: Tag;
  readonly files: FileNames;
  readonly owned: OwnedParts;
  /** A kernel goes past the firmware. */
  readonly unchecked: boolean;
}

function readSpec({ domain, tag, files, owned, unchecked }: Parts): ConfiguredSpec {
  const kib = wholeNumber(domain.memory['#text']);
  const configured = keepValid({
    tenant: tag['@tenant'],
    image: readImage(domain, tag, files),
    kernelArguments: domain.os.kernel === undefined ? tag['@kernelArguments'] : ownArgumentsOf(domain.os.cmdline ?? ''),
    vcpus: wholeNumber(domain.vcpu),
    memoryMiB: kib === undefined ? undefined : kib / 1024,
    watchdog: readWatchdog(domain),
    startOrder: wholeNumber(tag['@startOrder']),
    nics: readNics(domain, tag),
    gates: tag.gate?.map(gate => ({ by: gate['@by'], otherwise: gate['@otherwise'] })),
    fieldLine: hasFieldLine(domain, files),
    hotplug: readHotplug(owned),
  });
  const started = {
    ...readFirmware(domain.os, unchecked),
    ...readTpm(domain.devices, files.attest(domain.uuid)),
  };
  return { ...configured, ...readPlacement(domain), ...started } as ConfiguredSpec;
}

/** The image is what the domain really boots from: the tag is believed only where a disk of ours hides its base. */
function readImage({ uuid, os, devices }: DomainTree, tag: Tag, files: FileNames): string | undefined {
  if (os.kernel !== undefined) return files.imageOfKernel(os.kernel);
  const disk = devices.disk?.[0]?.source?.['@file'];
  return disk === files.overlay(uuid) || disk === files.signed(uuid) ? tag['@image'] : undefined;
}

function readWatchdog({ devices }: DomainTree): string {
  // Newer versions of libvirt add the chipset's own watchdog by themselves; only this model is ours.
  return devices.watchdog?.find(dog => dog['@model'] === 'i6300esb')?.['@action'] ?? 'none';
}

/** Whether its second serial port is at the socket to which the name of its field line leads. */
function hasFieldLine({ uuid, devices }: DomainTree, files: FileNames): boolean {
  const ports = (devices.serial ?? []).map(port => FieldSerial.safeParse(port));
  return ports.some(({ data }) => data?.source['@path'] === files.field(uuid));
}

/** Where devices can be plugged in, by what is there. */
function readHotplug({ slots, usb }: OwnedParts): unknown {
  return slots.length > 0 || usb ? { pciSlots: slots.length, usb } : undefined;
}

function readCard({ mac, mtu }: z.infer<typeof Interface>): Card {
  const size = wholeNumber(mtu?.['@size']);
  return { mac: mac['@address'], ...(size === undefined ? {} : { mtu: size }) };
}

/** NICs as the tag names them, as long as the domain has exactly those, on the taps of their ports. */
function readNics({ devices }: DomainTree, tag: Tag): unknown[] | undefined {
  const interfaces = devices.interface ?? [];
  const nics = (tag.nic ?? []).map(nic => ({
    name: nic['@name'],
    port: nic['@port'],
    mac: nic['@mac'],
    mtu: wholeNumber(nic['@mtu']),
  }));
  const fits = nics.every((nic, index) => {
    const own = interfaces[index];
    const device = deviceName('gwp', nic.port as Address<'port'>);
    return (
      own?.mac['@address'] === nic.mac && own.target?.['@dev'] === device && wholeNumber(own.mtu?.['@size']) === nic.mtu
    );
  });
  return fits && interfaces.length === nics.length ? nics : undefined;
}

/** Each field by its own schema; one that fails is absent. */
function keepValid(fields: Record<string, unknown>): ConfiguredSpec {
  const valid = Object.entries(fields).filter(([name, value]) => {
    const schema = name === 'nics' ? z.array(VmNic) : VmSpec.shape[name as keyof typeof VmSpec.shape];
    return value !== undefined && schema.safeParse(value).success;
  });
  return Object.fromEntries(valid) as ConfiguredSpec;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
