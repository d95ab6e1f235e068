// A drawing of 200 nodes and a box with 500 devices that it claims: cards in groups of their own, USB adapters behind hubs, and
// serial ports. Every fiftieth claim is in somebody's way. Runs in browsers too.
import { claimsOf } from '../../../runtime/hardware/closure/claim.ts';
import type { ClaimInput } from '../../../runtime/hardware/closure/claimed.ts';
import { proveClaims } from '../../../runtime/hardware/closure/prove.ts';
import type { Box } from '../../../runtime/model/box.ts';
import type { Attach } from '../../../runtime/model/kinds/device.ts';
import type { Resource } from '../../../runtime/model/resource.ts';

const CARDS = 200;
const ADAPTERS = 200;
const PORTS = 100;
export const DEVICES = CARDS + ADAPTERS + PORTS;
const VMS = 100;
/** A bus and a VM for each two of them, so that 200 nodes are drawn; the others are claimed by another design of the box. */
const DRAWN = 100;
const EVERY = 50;

const hex = (number: number) => number.toString(16).padStart(2, '0');
/** 32 slots on each of some PCI buses. */
const cardAt = (index: number) => `0000:${hex(16 + (index >> 5))}:${hex(index & 31)}.0`;
/** Six ports on each hub. */
const adapterAt = (index: number) => `${1 + (index >> 6)}-${1 + ((index & 63) >> 3)}.${1 + (index & 7)}`;

function boxOf(): Box {
  const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  const controllers = times(4, index => ({ pciAddress: `0000:00:14.${index}`, buses: [index + 1] }));
  const hubs = controllers.flatMap(({ buses: [bus = 0] }) =>
    times(8, index => ({ port: `${bus}-${index + 1}`, hub: true })),
  );
  return {
    cpu: { vtd: true },
    iommu: { active: true, groups: times(CARDS, group => ({ group, devices: [cardAt(group)] })) },
    pciDevices: [
      ...controllers.map(({ pciAddress }) => ({ address: pciAddress, classCode: '0c0330' })),
      ...times(CARDS, index => ({ address: cardAt(index), classCode: '020000' })),
    ],
    disks: [{ name: 'nvme0n1', boot: true, pciAddress: '0000:00:17.0' }],
    nics: times(CARDS, index => ({ interface: `enp${index}s0`, pciAddress: cardAt(index) })),
    usb: {
      controllers,
      devices: [...hubs, ...times(ADAPTERS, index => ({ port: adapterAt(index), product: 'FT232R' }))],
    },
    serialPorts: times(PORTS, index => ({ device: `/dev/ttyS${index}`, carrier: 'uart' as const, irq: 16 + index })),
    canPorts: [],
    ports: times(CARDS, index => ({
      label: `lan-${index}`,
      address: { interface: `enp${index}s0`, pciAddress: cardAt(index) },
    })),
  };
}

function attachAt(index: number): Attach {
  if (index < CARDS) return { by: 'pci', functions: [cardAt(index)] };
  if (index < CARDS + ADAPTERS) return { by: 'usb', port: adapterAt(index - CARDS) };
  return { by: 'serial', path: `/dev/ttyS${index - CARDS - ADAPTERS}` };
}

function resource(gateway: string, index: number, attach: Attach): Resource<'device'> {
  const vm = `vm.${gateway}/vm-${index % VMS}` as const;
  const spec = { vm, tenant: 'plant', label: `dev-${index}`, attach, plugged: true };
  return {
    address: `device.${gateway}/dev-${index}`,
    kind: 'device',
    spec,
    needs: [vm],
    source: { node: `n${index}`, label: `dev-${index}` },
  };
}

/** What is proven: claims of one design on the box, and those of another. */
export function largeSite(): ClaimInput & { readonly conflicts: number } {
  const own = Array.from({ length: DRAWN }, (_, index) =>
    resource('cell-7', index * (DEVICES / DRAWN), attachAt(index * (DEVICES / DRAWN))),
  );
  const others = Array.from({ length: DEVICES }, (_, index) => index)
    .filter(index => index % (DEVICES / DRAWN) !== 0 || index % (EVERY * (DEVICES / DRAWN)) === 0)
    .map(index => resource('cell-9', index, attachAt(index)));
  return { box: boxOf(), claims: claimsOf(own), elsewhere: claimsOf(others), conflicts: DRAWN / EVERY };
}

/** One whole proof. @throws Error when it does not find what is there */
export function proveLargeSite({ conflicts, ...site }: ReturnType<typeof largeSite>): void {
  const found = proveClaims(site).length;
  if (found !== conflicts) throw new Error(`the proof found ${found} conflicts where ${conflicts} are`);
}
