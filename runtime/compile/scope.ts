// The drawing as node types see it while they are lowered: neighbours, facets, gateways. Everything is looked up in
// indexes, so that asking is cheap however large the drawing is.
import { formatAddress, type Name } from '../model/address.ts';
import type { GatewaySpec, HardwareProfile, TenantSpec } from '../model/gateway.ts';
import type { Attachment, DrawnNode, Facets, Finding, Scope } from '../model/lowering.ts';
import type { Drawing, ReadNode } from './configure/drawing.ts';
import { type Findings, sourcesOf } from './findings.ts';
import type { Links } from './link/link.ts';

export class DrawingScope implements Scope {
  readonly #nodes: Drawing['nodes'];
  readonly #faulty: Links['faulty'];
  readonly #findings: Findings;
  readonly #outgoing: ReadonlyMap<string, readonly Attachment[]>;
  readonly #incoming: ReadonlyMap<string, readonly Attachment[]>;
  readonly #gated = new Map<string, Attachment[]>();
  readonly #vms: ReadonlyMap<string, ReadNode>;
  readonly #facets = new Map<string, Facets>();
  readonly #gateways = new Map<string, readonly Name[]>();
  readonly #gatewaysByName: ReadonlyMap<Name, GatewaySpec>;
  readonly #hardware: ReadonlyMap<Name, ReadNode>;

  constructor(drawing: Drawing, links: Links, findings: Findings) {
    this.#nodes = drawing.nodes;
    this.#faulty = links.faulty;
    this.#findings = findings;
    this.#outgoing = Map.groupBy(links.attachments, attachment => attachment.from.id);
    this.#incoming = Map.groupBy(links.attachments, attachment => attachment.to.id);
    for (const attachment of links.attachments)
      for (const { id } of attachment.gates) {
        const known = this.#gated.get(id);
        if (known === undefined) this.#gated.set(id, [attachment]);
        else known.push(attachment);
      }
    const nodes = [...drawing.nodes.values()];
    this.#vms = firstByName(nodes, node => {
      const { vm } = this.facets(node);
      return vm?.address === undefined ? [] : [vm.address, node];
    });
    this.#gatewaysByName = firstByName(nodes, node => {
      const { gateway } = this.facets(node);
      return gateway === undefined ? [] : [gateway.name, gateway];
    });
    this.#hardware = firstByName(nodes, node => {
      const { hardware } = this.facets(node);
      return hardware === undefined ? [] : [hardware.gateway, node];
    });
  }

  facets(node: DrawnNode): Facets {
    const known = this.#facets.get(node.id);
    if (known !== undefined) return known;
    const read = this.#nodes.get(node.id);
    const facets = read?.nodeType.facets?.(read, this) ?? {};
    this.#facets.set(node.id, facets);
    return facets;
  }

  gateway(node: DrawnNode): GatewaySpec | undefined {
    return this.#referred(node, 'gateway')?.gateway;
  }

  tenant(node: DrawnNode): TenantSpec | undefined {
    return this.#referred(node, 'tenant')?.tenant;
  }

  gatewayNamed(name: Name): GatewaySpec | undefined {
    return this.#gatewaysByName.get(name);
  }

  hardware(gateway: Name): HardwareProfile | undefined {
    const node = this.#hardware.get(gateway);
    return node === undefined || node.broken ? undefined : this.facets(node).hardware?.profile;
  }

  hardwareNode(gateway: Name): DrawnNode | undefined {
    return this.#hardware.get(gateway);
  }

  gateways(node: DrawnNode): readonly Name[] {
    const known = this.#gateways.get(node.id);
    if (known !== undefined) return known;
    // A type whose nodes ask each other in a circle finds nothing the second time, and ends.
    this.#gateways.set(node.id, []);
    const found = this.#placesOf(node);
    const sorted = [...new Set(found)].sort();
    this.#gateways.set(node.id, sorted);
    return sorted;
  }

  outgoing(node: DrawnNode): readonly Attachment[] {
    return this.#outgoing.get(node.id) ?? [];
  }

  incoming(node: DrawnNode): readonly Attachment[] {
    return this.#incoming.get(node.id) ?? [];
  }

  gated(node: DrawnNode): readonly Attachment[] {
    return this.#gated.get(node.id) ?? [];
  }

  vmNamed(gateway: Name, name: Name): DrawnNode | undefined {
    return this.#vms.get(formatAddress('vm', gateway, name));
  }

  hasWireFault(node: DrawnNode): boolean {
    return this.#faulty.has(node.id);
  }

  /** Findings about a node that is broken already would only repeat what was said. */
  report({ node, related = [], ...finding }: Finding): void {
    if (!node.broken) this.#findings.add({ ...finding, source: node.source, related: sourcesOf(related) });
  }

  #placesOf(node: DrawnNode): readonly Name[] {
    const read = this.#nodes.get(node.id);
    if (read?.nodeType.gateways !== undefined) return read.nodeType.gateways(read, this);
    const own = this.gateway(node);
    return own === undefined ? [] : [own.name];
  }

  #referred(node: DrawnNode, field: string): Facets | undefined {
    const target: ReadNode | undefined = this.#nodes.get(node.id)?.references[field];
    return target === undefined ? undefined : this.facets(target);
  }
}

/** Of two with one name the first counts; the second is reported elsewhere. */
function firstByName<T>(nodes: readonly ReadNode[], entry: (node: ReadNode) => readonly [Name, T] | readonly []) {
  const found = new Map<Name, T>();
  for (const node of nodes) {
    const [name, value] = entry(node);
    if (name !== undefined && value !== undefined && !found.has(name)) found.set(name, value);
  }
  return found;
}
