// Which nodes on the canvas draw which lines and VMs, as the platform compiled them: by the last deploy, not by what is being
// typed.
import type { Address } from '../../runtime/model/address.ts';
import type { Design } from '../../runtime/model/design.ts';
import type { Resource } from '../../runtime/model/resource.ts';

export interface DrawnLines {
  /** Buses by node. */
  readonly lines: ReadonlyMap<string, Address<'line'>>;
  readonly vms: ReadonlyMap<string, Address<'vm'>>;
  /** By the node of a VM: its cards in the order of its outputs. */
  readonly cards: ReadonlyMap<string, readonly Address<'port'>[]>;
}

export const NOTHING_DRAWN: DrawnLines = { lines: new Map(), vms: new Map(), cards: new Map() };

/** Reads it off a design. A node in a template that has several instances draws several things, and shows none of them. */
export function drawnLines(design: Pick<Design, 'resources'> | null): DrawnLines {
  const lines = new Map<string, Address<'line'>>();
  const vms = new Map<string, Resource<'vm'>>();
  const drawn = new Set<string>();
  for (const resource of Object.values(design?.resources ?? {})) {
    const { address, kind, source } = resource;
    if (kind !== 'line' && kind !== 'vm') continue;
    const node = source.node.split('/').at(-1) ?? '';
    if (drawn.has(node)) {
      lines.delete(node);
      vms.delete(node);
    } else if (kind === 'line') lines.set(node, address as Address<'line'>);
    else vms.set(node, resource as Resource<'vm'>);
    drawn.add(node);
  }
  return {
    lines,
    vms: new Map([...vms].map(([node, { address }]) => [node, address])),
    cards: new Map([...vms].map(([node, { spec }]) => [node, spec.nics.map(({ port }) => port)])),
  };
}
