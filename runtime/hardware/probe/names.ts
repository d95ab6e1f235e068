// Names of makers and devices, from the lists that lspci and lsusb read where one is installed.
import type { Host } from '../../host/host.ts';
import { cleanText, known } from '../import/imported.ts';
import type { BoxProfile } from '../profile.ts';
import { openReading, type Reading } from './reading.ts';

const FOLDERS = ['/usr/share/hwdata', '/usr/share/misc', '/var/lib/pciutils', '/var/lib/usbutils'];

/**
 * The profile with a name for each PCI and USB device that has none and stands in a list.
 * @param host  whose lists are read; they may be those of another box than the profile is of
 */
export async function withNames(profile: BoxProfile, host: Pick<Host, 'readFile' | 'list'>): Promise<BoxProfile> {
  const reading = openReading(host, '');
  const { pciDevices, usb } = profile;
  const [pciNames, usbNames] = await Promise.all([
    readNames(reading, 'pci.ids', pciDevices),
    readNames(
      reading,
      'usb.ids',
      usb.devices.map(({ vendorId, productId }) => ({ vendorId, deviceId: productId })),
    ),
  ]);
  return {
    ...profile,
    pciDevices: pciDevices.map(row => named(row, 'vendor', 'device', pciNames(row.vendorId, row.deviceId))),
    usb: {
      ...usb,
      devices: usb.devices.map(row => named(row, 'manufacturer', 'product', usbNames(row.vendorId, row.productId))),
    },
  };
}

interface Named {
  readonly vendor?: string;
  readonly device?: string;
  readonly source: string;
}

type NamesOf = (vendorId: string | undefined, deviceId: string | undefined) => Named | undefined;

interface Wanted {
  readonly vendorId?: string | undefined;
  readonly deviceId?: string | undefined;
}

/** The first list that is there, as far as it is about the wanted devices. */
async function readNames({ raw }: Reading, file: string, wanted: readonly Wanted[]): Promise<NamesOf> {
  if (wanted.length === 0) return () => undefined;
  for (const folder of FOLDERS) {
    const source = `${folder}/${file}`;
    const text = await raw(source);
    if (text === undefined) continue;
    const names = namesIn(text, new Set(wanted.flatMap(({ vendorId }) => vendorId ?? [])));
    return (vendorId, deviceId) => ({
      ...known({ vendor: names.get(`${vendorId}`), device: names.get(`${vendorId}:${deviceId}`) }),
      source,
    });
  }
  return () => undefined;
}

/** Makers stand at the edge and their devices one tab in [pci.ids(5)]; classes, which come last, begin with a letter and a space. */
function namesIn(text: string, vendors: ReadonlySet<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  let vendor: string | undefined;
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#') || line.startsWith('\t\t')) continue;
    const [, tab, id = '', written] = /^(\t?)([0-9a-f]{4}) {2}(.+)$/.exec(line) ?? [];
    const name = cleanText(written);
    if (tab !== '\t') vendor = vendors.has(id) ? id : undefined;
    if (vendor !== undefined && name !== undefined) names.set(tab === '\t' ? `${vendor}:${id}` : id, name);
  }
  return names;
}

/** A name that the device itself told counts more than one that is looked up. */
function named<T extends BoxProfile['pciDevices'][number] | BoxProfile['usb']['devices'][number]>(
  row: T,
  vendorField: keyof T & string,
  deviceField: keyof T & string,
  found: Named | undefined,
): T {
  if (found === undefined) return row;
  const fields = [
    [vendorField, found.vendor],
    [deviceField, found.device],
  ] as const;
  const added = fields.filter(([field, name]) => row[field] === undefined && name !== undefined);
  const fact = { confidence: 'probed', source: found.source } as const;
  return {
    ...row,
    ...Object.fromEntries(added),
    evidence: { ...row.evidence, ...Object.fromEntries(added.map(([field]) => [field, fact])) },
  };
}
