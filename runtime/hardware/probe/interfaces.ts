// What the kernel made of the devices: network cards, CAN, radios, serial ports, GPIO.
import type { Evidence } from '../evidence.ts';
import { cleanText, known, wholeNumber } from '../import/imported.ts';
import type { BoxProfile, CanPort, Nic, PciDevice, Radio, SerialPort } from '../profile.ts';
import { type Place, placeFields, type TtyPlace } from './places.ts';
import { type Reading, ueventFields } from './reading.ts';
import { BY_PATH, stablePathOf } from './stable-path.ts';

const NET = '/sys/class/net';
/** Hardware type of a CAN interface [linux/if_arp.h]. */
const CAN_TYPE = 280;
const ETHERNET_TYPE = 1;
const read = (source: string): Evidence => ({ '*': { confidence: 'probed', source } });

/** No name the kernel gives is as long as what a profile takes; a dump may hold any. */
function isKernelName(name: string): boolean {
  return name.length <= 32;
}

export interface Interfaces {
  readonly nics: Nic[];
  readonly canPorts: CanPort[];
  readonly radios: Radio[];
}

export async function probeInterfaces(
  reading: Reading,
  places: ReadonlyMap<string, Place>,
  pci: readonly PciDevice[],
): Promise<Interfaces> {
  const found: Interfaces = { nics: [], canPorts: [], radios: [] };
  const evidence = read(NET);
  for (const name of (await reading.names(NET)).filter(isKernelName).slice(0, 1_000)) {
    const folder = await reading.names(`${NET}/${name}`);
    const type = await reading.number(`${NET}/${name}/type`);
    const place = placeFields(places.get(name));
    const uevent = ueventFields(await reading.raw(`${NET}/${name}/uevent`));
    if (type === CAN_TYPE) {
      const carrier = await canCarrier(reading, name, place);
      if (carrier !== undefined) found.canPorts.push({ interface: name, carrier, ...place, evidence });
    } else if (folder.includes('wireless') || uevent.get('DEVTYPE') === 'wlan')
      found.radios.push({ kind: 'wifi', interface: name, ...place, evidence });
    else if (uevent.get('DEVTYPE') === 'wwan')
      found.radios.push({ kind: 'cellular', interface: name, ...place, evidence });
    // What hangs on nothing is a bridge, a tunnel or the loopback.
    else if (type === ETHERNET_TYPE && (folder.includes('device') || places.has(name)))
      found.nics.push({ ...(await nicOf(reading, name, place, pci)), evidence });
  }
  for (const name of await reading.names('/sys/class/bluetooth'))
    if (/^hci\d{1,9}$/.test(name))
      found.radios.push({ kind: 'bluetooth', interface: name, evidence: read('/sys/class/bluetooth') });
  return { ...found, canPorts: found.canPorts.slice(0, 500), radios: found.radios.slice(0, 100) };
}

/** `undefined` for one that is made by software. */
async function canCarrier(
  { raw, names }: Reading,
  name: string,
  { pciAddress, usbPort }: Place,
): Promise<CanPort['carrier'] | undefined> {
  if (pciAddress !== undefined) return 'pci';
  if (usbPort !== undefined) return 'usb';
  if (/^slcan\d+$/.test(name)) return 'serial-line';
  if (!(await names(`${NET}/${name}`)).includes('device')) return undefined;
  const modalias = ueventFields(await raw(`${NET}/${name}/device/uevent`)).get('MODALIAS') ?? '';
  return modalias.startsWith('spi:') ? 'spi' : 'platform';
}

async function nicOf(
  { text, number, raw }: Reading,
  name: string,
  place: Place,
  pci: readonly PciDevice[],
): Promise<Omit<Nic, 'evidence'>> {
  const mac = (await text(`${NET}/${name}/address`))?.toLowerCase() ?? '';
  const device = pci.find(each => each.address === place.pciAddress);
  const own = ueventFields(await raw(`${NET}/${name}/device/uevent`)).get('DRIVER');
  const functions = await number(`/sys/bus/pci/devices/${place.pciAddress}/sriov_totalvfs`);
  const speed = await number(`${NET}/${name}/speed`);
  return {
    interface: name,
    ...place,
    ...known({
      mac: /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac) ? mac : undefined,
      driver: cleanText(own ?? device?.driver, 64),
      // A card without a cable tells -1, or the largest number there is.
      speedMbps: speed !== undefined && speed > 0 && speed < 10_000_000 ? speed : undefined,
      sriovFunctions: device === undefined ? undefined : (wholeNumber(functions) ?? 0),
      iommuGroup: device?.iommuGroup,
    }),
  };
}

/** @param controllers  PCI addresses of the USB controllers, by the numbers of their buses */
export async function probeSerial(
  reading: Reading,
  places: ReadonlyMap<string, TtyPlace>,
  controllers: ReadonlyMap<number, string>,
): Promise<SerialPort[]> {
  const ports: SerialPort[] = [];
  const evidence = read('/sys/class/tty');
  const stableNames = await reading.names(BY_PATH);
  for (const name of (await reading.names('/sys/class/tty')).filter(isKernelName)) {
    const place = places.get(name);
    if (place?.usbPort !== undefined) {
      const controller = controllers.get(Number(place.usbPort.split('-', 1)[0]));
      const stablePath = stablePathOf(place, controller, stableNames);
      ports.push({
        device: `/dev/${name}`,
        carrier: 'usb',
        usbPort: place.usbPort,
        ...(stablePath === undefined
          ? { evidence }
          : { stablePath, evidence: { ...evidence, stablePath: { confidence: 'probed', source: BY_PATH } } }),
      });
    } else if (/^tty(S|AMA|mxc|O|THS)\d+$/.test(name)) {
      const port = await uartOf(reading, name);
      const carrier = place?.pciAddress === undefined ? 'uart' : 'pci';
      if (port !== undefined) ports.push({ ...port, carrier, ...placeFields(place), evidence });
    }
  }
  return ports.slice(0, 500);
}

/** `undefined` for one of the many names that have no hardware behind them. */
async function uartOf(
  { number }: Reading,
  name: string,
): Promise<Omit<SerialPort, 'carrier' | 'evidence'> | undefined> {
  const of = (file: string) => number(`/sys/class/tty/${name}/${file}`);
  const [type, irq, first] = await Promise.all(['type', 'irq', 'port'].map(of));
  // Type 0 is a name without a chip; others than the 8250 do not tell a type at all.
  if (type === 0 || (name.startsWith('ttyS') && type === undefined)) return undefined;
  const hasPorts = first !== undefined && first > 0 && first < 0x1_0000 - 7;
  const span = hasPorts ? `${first.toString(16)}-${(first + 7).toString(16)}` : undefined;
  return {
    device: `/dev/${name}`,
    ...known({ irq: irq === undefined || irq === 0 ? undefined : wholeNumber(irq), ioPorts: span }),
  };
}

export async function probeGpio({ names, text, number }: Reading): Promise<BoxProfile['gpio']> {
  const evidence = read('/sys/class/gpio');
  const chips = (await names('/sys/class/gpio')).filter(name => /^gpiochip\d{1,9}$/.test(name)).slice(0, 500);
  return Promise.all(
    chips.map(async chip => ({
      chip,
      ...known({
        label: await text(`/sys/class/gpio/${chip}/label`),
        lines: wholeNumber(await number(`/sys/class/gpio/${chip}/ngpio`)),
      }),
      evidence,
    })),
  );
}
