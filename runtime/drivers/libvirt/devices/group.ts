// The last look before PCI devices leave the host: what shares their IOMMU group goes along, so all of it must be given, or be
// nobody's. The plan proves the same from the profile; between the two the box may have changed.
import type { Host } from '../../../host/host.ts';
import { GatewrightError } from '../../../model/errors.ts';
import type { Attach } from '../../../model/kinds/device.ts';
import { groupOf, readPci } from './box.ts';

/** Bridges between PCI buses stay with the host; the kernel lets the rest of their group go. */
const PCI_BRIDGE = /^604/;

/** @throws GatewrightError GW_CLAIM_GROUP, GW_CLAIM_IOMMU */
export async function refusePartOfGroup(host: Host, attach: Attach): Promise<void> {
  if (attach.by !== 'pci') return;
  for (const address of attach.functions) {
    const group = await groupOf(host, address);
    if (group.length === 0) throw noIommu(address);
    const others = group.filter(member => !attach.functions.includes(member));
    const bridges = await Promise.all(others.map(member => isBridge(host, member)));
    const staying = others.filter((_, index) => !bridges[index]);
    if (staying.length > 0) throw partOf(address, staying);
  }
}

async function isBridge(host: Host, address: string): Promise<boolean> {
  return PCI_BRIDGE.test((await readPci(host, address))?.class ?? '');
}

function noIommu(address: string): GatewrightError {
  const advice = 'switch VT-d on in the firmware and the kernel, or use USB or serial redirection';
  return new GatewrightError('GW_CLAIM_IOMMU', `this host has no IOMMU for ${address}; ${advice}`);
}

function partOf(address: string, others: readonly string[]): GatewrightError {
  const all = [address, ...others].sort().join(', ');
  const message = `${all} are one IOMMU group and go to a VM together or not at all; give all of them in one bus, or use USB or serial redirection`;
  return new GatewrightError('GW_CLAIM_GROUP', message);
}
