// Which wires of the drawing carry the traffic of which line to which VMs: from a bus through firewalls and junctions. Pure.
import type { Address } from '../../runtime/model/address.ts';

/** A wire as the editor knows it. */
export interface Wire {
  readonly source: { readonly id: string };
  readonly sourcePort: number;
  readonly target: { readonly id: string };
}

export interface BusWire {
  readonly line: Address<'line'>;
  /** VMs behind it. */
  readonly vms: ReadonlySet<Address<'vm'>>;
  /** It ends at the VM: whatever firewalls refused was refused before. */
  readonly last: boolean;
}

/** What is drawn, as this rule needs it. */
export interface DrawnBuses {
  /** Buses by node. */
  readonly lines: ReadonlyMap<string, Address<'line'>>;
  readonly vms: ReadonlyMap<string, Address<'vm'>>;
  /** Wires at the outputs of a node. */
  wiresOf(node: string): readonly Wire[];
  /** Whether a node lets a line through: a firewall, a junction. */
  passes(node: string): boolean;
}

export function keyOf({ source, sourcePort, target }: Wire): string {
  return `${source.id}:${sourcePort}:${target.id}`;
}

/** By {@link keyOf}. A wire that two lines share, which the compiler refuses, shows the first. */
export function busWires(drawn: DrawnBuses): ReadonlyMap<string, BusWire> {
  const found = new Map<string, BusWire>();
  for (const [bus, line] of drawn.lines) {
    const behind = new Map<string, Set<Address<'vm'>>>();
    // The other outputs of a bus are its answers to messages.
    for (const wire of drawn.wiresOf(bus)) if (wire.sourcePort === 0) follow(wire);

    /** @returns the VMs behind a wire; what lies in a circle is seen once */
    function follow(wire: Wire): ReadonlySet<Address<'vm'>> {
      const vms = vmsAt(wire.target.id);
      const last = drawn.vms.has(wire.target.id);
      if (vms.size > 0 && !found.has(keyOf(wire))) found.set(keyOf(wire), { line, vms, last });
      return vms;
    }

    function vmsAt(node: string): ReadonlySet<Address<'vm'>> {
      const known = behind.get(node);
      if (known !== undefined) return known;
      const vms = new Set<Address<'vm'>>();
      behind.set(node, vms);
      const vm = drawn.vms.get(node);
      if (vm !== undefined) vms.add(vm);
      else if (drawn.passes(node)) for (const wire of drawn.wiresOf(node)) for (const one of follow(wire)) vms.add(one);
      return vms;
    }
  }
  return found;
}
