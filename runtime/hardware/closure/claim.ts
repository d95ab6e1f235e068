// What a design wants of a box for somebody alone: a device for a VM, or a line or a network card for the host itself.
import { z } from 'zod';
import { AnyAddress, addressOf } from '../../model/address.ts';
import { Attach } from '../../model/kinds/device.ts';
import type { Resource } from '../../model/resource.ts';

const [Pci, Usb] = Attach.options;

/** What is held: as a VM is given it, or a network or CAN interface that the host keeps. */
export const Held = z.discriminatedUnion('by', [
  Pci,
  Usb,
  // Lines of the host may be on a port whose number changes, of which they warn.
  z.strictObject({ by: z.literal('serial'), path: z.string().startsWith('/dev/').max(300) }),
  z.strictObject({ by: z.literal('interface'), name: z.string().min(1).max(64) }),
]);
export type Held = z.infer<typeof Held>;

export const Claim = z.strictObject({
  address: AnyAddress,
  /** For people: the name drawn at the node. */
  label: z.string().max(100),
  owner: z.union([z.literal('host'), addressOf('vm')]),
  held: Held,
});
export type Claim = z.infer<typeof Claim>;

/** An interface as lines name it: `can0`. Other ends of lines (`tcp://…`, a name at a broker) are nothing of the box. */
const INTERFACE = /^[a-zA-Z][\w.-]{0,14}$/;

/** Everything that resources want of their box, in the order of their addresses. */
export function claimsOf(
  resources: readonly Pick<Resource, 'address' | 'kind' | 'spec' | 'source'>[],
): readonly Claim[] {
  return resources.flatMap(claimOf).sort((a, b) => compare(a.address, b.address));
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function claimOf(resource: Pick<Resource, 'address' | 'kind' | 'spec' | 'source'>): readonly Claim[] {
  const { address, source } = resource;
  const label = (source.label ?? address).slice(0, 100);
  if (isOf(resource, 'device')) {
    const { vm, attach } = resource.spec;
    return [{ address, label, owner: vm, held: attach }];
  }
  const held = isOf(resource, 'uplink')
    ? ({ by: 'interface', name: resource.spec.device } as const)
    : isOf(resource, 'line')
      ? endOf(resource.spec.device)
      : undefined;
  return held === undefined ? [] : [{ address, label, owner: 'host', held }];
}

/** Where a line leaves the box. */
function endOf(device: string | undefined): Held | undefined {
  if (device?.startsWith('/dev/')) return { by: 'serial', path: device };
  return device !== undefined && INTERFACE.test(device) ? { by: 'interface', name: device } : undefined;
}

function isOf<K extends Resource['kind']>(
  resource: Pick<Resource, 'kind'>,
  kind: K,
): resource is Pick<Resource<K>, 'address' | 'kind' | 'spec' | 'source'> {
  return resource.kind === kind;
}

/** Whether it is for a VM. What the host keeps takes nothing along. */
export function isGiven({ owner }: Claim): boolean {
  return owner !== 'host';
}
