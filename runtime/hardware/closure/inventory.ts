// What hangs together in a box: from each thing to those that go along with it. Made once, asked often.
import type { Box, Place } from '../../model/box.ts';
import { compare } from './claim.ts';
import { type SerialName, serialNamesOf } from './serial-names.ts';
import { nameIn, sortOf, type Unit, unitOf, unitsOf } from './unit.ts';

/** Why something goes along: its IOMMU group, its USB controller, the interrupt it shares, or the device that carries it. */
export type Tie = 'group' | 'controller' | 'irq' | 'carried';

/** Host bridges and bridges between buses stay with the host while what is behind them goes; the bridge to ISA does not. */
const BRIDGE = /^060[04]/;

const NONE: ReadonlyMap<Unit, Tie> = new Map();

export class Inventory {
  readonly box: Box;
  readonly #edges = new Map<Unit, Map<Unit, Tie>>();
  readonly #serialName: (path: string) => SerialName;
  readonly #groups = new Map<string, { readonly group: number; readonly members: readonly string[] }>();
  readonly #pci: ReadonlyMap<string, Box['pciDevices'][number]>;
  readonly #hubs: ReadonlySet<string>;
  readonly #labels = new Map<Unit, string>();

  constructor(box: Box) {
    this.box = inOrder(box);
    this.#serialName = serialNamesOf(this.box);
    this.#pci = new Map(this.box.pciDevices.map(device => [device.address, device]));
    this.#hubs = new Set(this.box.usb.devices.filter(device => device.hub === true).map(device => device.port));
    for (const { label, address } of this.box.ports)
      for (const unit of unitsOf(address)) {
        const named = sortOf(unit) === 'serial' ? this.serial(nameIn(unit)) : unit;
        if (!this.#labels.has(named)) this.#labels.set(named, label);
      }
    this.#groupEdges();
    this.#usbEdges();
    this.#irqEdges();
    for (const nic of [...this.box.nics, ...this.box.canPorts])
      if (nic.interface !== undefined) this.#carried(nic, unitOf('interface', nic.interface));
    for (const port of this.box.serialPorts) this.#carried(port, this.serial(port.device));
    for (const disk of this.box.disks) this.#carried(disk, unitOf('disk', disk.name));
  }

  /** What goes along with something, one step away. */
  edges(unit: Unit): ReadonlyMap<Unit, Tie> {
    return this.#edges.get(unit) ?? NONE;
  }

  /** The port that a path means. A name of an adapter that nobody has listed is tied to where it is plugged in. */
  serial(path: string): Unit {
    const { unit, usbPort } = this.#serialName(path);
    if (usbPort !== undefined) this.#tie(unitOf('usb', usbPort), unit, 'carried');
    return unit;
  }

  /** The IOMMU group of a PCI function, without bridges. */
  groupOf(address: string): { readonly group: number; readonly members: readonly string[] } | undefined {
    return this.#groups.get(address);
  }

  /** `undefined` for an address at which the box has nothing, as far as it is known. */
  pciDevice(address: string): Box['pciDevices'][number] | undefined {
    return this.#pci.get(address);
  }

  /** Whether a PCI function is a bridge that stays with the host. */
  isBridge(address: string): boolean {
    return BRIDGE.test(this.#pci.get(address)?.classCode ?? '');
  }

  /** Whether the device at a USB port only carries others. */
  isHub(port: string): boolean {
    return this.#hubs.has(port);
  }

  /** What is printed at the socket. */
  labelOf(unit: Unit): string | undefined {
    return this.#labels.get(unit);
  }

  #tie(from: Unit, to: Unit, tie: Tie): void {
    const known = this.#edges.get(from);
    if (known === undefined) this.#edges.set(from, new Map([[to, tie]]));
    else known.set(to, tie);
  }

  /** Everything of a whole takes everything of it along. */
  #together(whole: Unit, part: Unit, tie: Tie): void {
    this.#tie(part, whole, tie);
    this.#tie(whole, part, 'carried');
  }

  #carried({ pciAddress, usbPort }: Place, unit: Unit): void {
    if (usbPort !== undefined) this.#tie(unitOf('usb', usbPort), unit, 'carried');
    else if (pciAddress !== undefined) this.#tie(unitOf('pci', pciAddress), unit, 'carried');
  }

  #groupEdges(): void {
    for (const { group, devices } of this.box.iommu.groups) {
      const members = devices.filter(device => !this.isBridge(device));
      for (const member of members) {
        this.#groups.set(member, { group, members });
        this.#together(unitOf('group', String(group)), unitOf('pci', member), 'group');
      }
    }
  }

  #usbEdges(): void {
    const { controllers, devices } = this.box.usb;
    const byBus = new Map(controllers.flatMap(each => each.buses.map(bus => [String(bus), each.pciAddress] as const)));
    for (const { port, controllerPciAddress } of devices) {
      const controller = controllerPciAddress ?? byBus.get(port.split('-', 1)[0] ?? '');
      if (controller !== undefined) this.#tie(unitOf('pci', controller), unitOf('usb', port), 'controller');
      const hub = port.slice(0, Math.max(port.lastIndexOf('.'), 0));
      if (this.isHub(hub)) this.#tie(unitOf('usb', hub), unitOf('usb', port), 'carried');
    }
  }

  /** WHY legacy ports alone: their interrupt is a wire that is theirs, and one of two owners would miss half of it. */
  #irqEdges(): void {
    const legacy = this.box.serialPorts.filter(port => port.carrier === 'uart' && port.irq !== undefined);
    for (const { irq, device } of legacy) this.#together(unitOf('irq', String(irq)), this.serial(device), 'irq');
  }
}

/** The rows of a box in an order of their own, so that what is told does not depend on how they were read. */
function inOrder(box: Box): Box {
  return {
    ...box,
    iommu: {
      ...box.iommu,
      groups: box.iommu.groups
        .map(({ group, devices }) => ({ group, devices: devices.toSorted() }))
        .sort((a, b) => a.group - b.group),
    },
    pciDevices: sorted(box.pciDevices, device => device.address),
    disks: sorted(box.disks, disk => disk.name),
    nics: sorted(box.nics, nic => `${nic.interface} ${nic.pciAddress}`),
    usb: {
      controllers: sorted(box.usb.controllers, controller => controller.pciAddress),
      devices: sorted(box.usb.devices, device => device.port),
    },
    serialPorts: sorted(box.serialPorts, port => port.device),
    canPorts: sorted(box.canPorts, port => port.interface),
    ports: sorted(box.ports, port => port.label),
  };
}

function sorted<T>(rows: readonly T[], key: (row: T) => string): readonly T[] {
  return rows
    .map(row => [key(row), row] as const)
    .sort(([a], [b]) => compare(a, b))
    .map(([, row]) => row);
}
