// The sockets of a box as a drawing and a picture have them, from its profile. Pure; runs in the editor too.
import type { Confidence } from '../../runtime/hardware/evidence.ts';
import type { BoxPort, BoxProfile, PortKind, UsbDevice } from '../../runtime/hardware/profile.ts';
import { CONNECTOR_KINDS, type ConnectorKind } from '../../runtime/model/wire.ts';

export interface Socket {
  /** Its name in drawings: the printed label as a name. */
  readonly name: string;
  /** As it is printed. */
  readonly label: string;
  readonly kind: PortKind;
  /** What a wire to it is; absent for one that no wire leads to. */
  readonly connector?: ConnectorKind;
  /** What the host calls it; empty while nobody has said it. */
  readonly device: string;
  /** Of a network card; empty when it is not known. */
  readonly mac: string;
  readonly management: boolean;
  readonly confidence?: Confidence;
  /** Where it is seen, in percent from the left and upper edge of a face of the box. */
  readonly place?: { readonly face: string; readonly xPercent: number; readonly yPercent: number };
}

/** What the host may call a connector, as the list of the node takes it. */
const DEVICES: Readonly<Record<ConnectorKind, RegExp>> = {
  ethernet: /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,14}$/,
  serial: /^\/dev\/[\w./:@+-]{1,200}$/,
  can: /^[\w.-]{1,15}$/,
  usb: /^[1-9]\d{0,2}-[1-9]\d{0,2}(?:\.[1-9]\d{0,2}){0,5}$/,
  pci: /^[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/,
  tpm: /^\/dev\/tpm(?:rm)?\d{1,3}$/,
};

/** Of a name in a drawing. */
const MOST_LETTERS = 32;

/** All sockets in the order of the profile. No two have one name. */
export function socketsOf(profile: BoxProfile): readonly Socket[] {
  const taken = new Set<string>();
  return portsOf(profile).map(port => socketOf(port, profile, freeName(nameOf(port), taken)));
}

/** The socket of the profile that a drawing calls so. */
export function portNamed(profile: BoxProfile, name: string): BoxPort | undefined {
  const at = socketsOf(profile).findIndex(socket => socket.name === name);
  return portsOf(profile)[at];
}

/** The ports of a profile, one for each USB device that is plugged in somewhere else, and its TPM. In the order of their sockets. */
export function portsOf({ ports, usb, tpm }: BoxProfile): readonly BoxPort[] {
  const known = new Set(ports.map(({ address }) => address.usbPort));
  const others = usb.devices.filter(({ port, hub }) => hub !== true && !known.has(port));
  const isNew = tpm.present === true && !ports.some(({ kind }) => kind === 'tpm');
  return [...ports, ...others.map(portOf), ...(isNew ? [tpmPort(tpm)] : [])];
}

/** Nobody prints a label beside it: it is named as Linux names the first one. */
function tpmPort({ device, evidence }: BoxProfile['tpm']): BoxPort {
  return { label: 'tpm0', kind: 'tpm', address: device === undefined ? {} : { device }, evidence };
}

function portOf({ port, evidence }: UsbDevice): BoxPort {
  const label = {
    confidence: 'unverified',
    source: 'the port it is plugged into; nobody read the print on the box',
  } as const;
  return { label: `usb ${port}`, kind: 'usb-device', address: { usbPort: port }, evidence: { ...evidence, label } };
}

function socketOf(port: BoxPort, profile: BoxProfile, name: string): Socket {
  const { label, kind, address, management = false, photo, evidence } = port;
  const connector = connectorOf(port);
  const confidence = (evidence.kind ?? evidence['*'])?.confidence;
  const device = connector === undefined ? '' : deviceOf(address, connector);
  return {
    ...{ name, label, kind, management, device },
    mac: profile.nics.find(nic => device !== '' && nic.interface === device)?.mac ?? '',
    ...(connector === undefined ? {} : { connector }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(photo === undefined ? {} : { place: { face: photo.file, xPercent: photo.xPercent, yPercent: photo.yPercent } }),
  };
}

/** Kinds that are wired as another one. */
const ALIKE: Readonly<Partial<Record<PortKind, ConnectorKind>>> = {
  'ethernet-pf': 'ethernet',
  'serial-can': 'serial',
  'usb-device': 'usb',
};

/** What has no connector of its own can still be given to a VM, when it is known where it is. */
function connectorOf({ kind, address }: BoxPort): ConnectorKind | undefined {
  const own = CONNECTOR_KINDS.find(one => one === (ALIKE[kind] ?? kind));
  if (own !== undefined) return own;
  return (['pci', 'usb'] as const).find(one => deviceOf(address, one) !== '');
}

function deviceOf(address: BoxPort['address'], connector: ConnectorKind): string {
  const said = {
    pci: address.pciAddress,
    // EVE writes a colon after the bus.
    usb: address.usbPort?.replace(':', '-'),
  };
  const text = connector === 'pci' || connector === 'usb' ? said[connector] : (address.interface ?? address.device);
  return text !== undefined && DEVICES[connector].test(text) ? text : '';
}

/** Labels are in capitals on many boxes, and have spaces and slashes; names in drawings have neither. */
function nameOf({ name, label }: BoxPort): string {
  const plain = (name ?? label)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, MOST_LETTERS)
    .replace(/-$/, '');
  return plain === '' || plain === 'constructor' ? 'socket' : plain;
}

/** A name that is not taken, as like the given one as can be; it is taken from then on. */
export function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1)
    free = `${name.slice(0, MOST_LETTERS - 1 - String(number).length)}-${number}`;
  taken.add(free);
  return free;
}
