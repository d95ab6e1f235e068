// Rows for the sockets of a probed box. A probe sees no print, so a row is labelled with the name the kernel gave.
import type { Evidence } from '../evidence.ts';
import { known } from '../import/imported.ts';
import type { BoxPort, BoxProfile } from '../profile.ts';

const EVIDENCE: Evidence = {
  '*': { confidence: 'probed', source: '/sys' },
  label: { confidence: 'unverified', source: 'the name the kernel gave; nobody read the print on the box' },
  group: { confidence: 'unverified', source: 'one row each, joined where the IOMMU joins' },
  management: { confidence: 'probed', source: '/proc/net/route' },
};

/**
 * What may be given to a VM is a group of its own, or of its IOMMU group.
 * @param managed  interfaces through which the box is reached; they stay with it
 */
export function socketsOf(profile: BoxProfile, groupOf: GroupOf, managed: ReadonlySet<string>): BoxPort[] {
  const { nics, usb, serialPorts, canPorts, radios } = profile;
  const pci = (address: string | undefined) => (address === undefined ? undefined : groupOf(address));
  return [
    ...nics.map(({ interface: name = '', pciAddress, usbPort }) =>
      managed.has(name)
        ? { ...row(name, 'ethernet', undefined, { interface: name, pciAddress, usbPort }), management: true }
        : row(name, 'ethernet', pci(pciAddress), { interface: name, pciAddress, usbPort }),
    ),
    ...canPorts.map(({ interface: name, pciAddress, usbPort }) =>
      row(name, 'can', pci(pciAddress), { interface: name, pciAddress, usbPort }),
    ),
    ...radios.map(({ kind, interface: name = kind, pciAddress, usbPort }) =>
      row(name, kind === 'wifi' || kind === 'cellular' ? kind : 'other', pci(pciAddress), {
        interface: name,
        pciAddress,
        usbPort,
      }),
    ),
    ...serialPorts.map(({ device, stablePath = device, irq, ioPorts, usbPort }) => {
      const name = device.replace('/dev/', '');
      return row(name, 'serial', name, { device: stablePath, irq, ioPorts, usbPort });
    }),
    ...usb.controllers.map(({ pciAddress }) =>
      row(`usb ${pciAddress}`, 'usb-controller', groupOf(pciAddress), { pciAddress }),
    ),
  ].slice(0, 2_000);
}

/** Name of the group of a PCI device; `undefined` when it can go to no VM. */
export type GroupOf = (pciAddress: string) => string | undefined;

type Written = { readonly [K in keyof BoxPort['address']]: BoxPort['address'][K] | undefined };

function row(label: string, kind: BoxPort['kind'], group: string | undefined, address: Written): BoxPort {
  return { label, kind, ...known({ group }), address: known(address), evidence: EVIDENCE };
}
