// The gateways and tenants of a drawing: config nodes, each with its hardware.
import type { Name } from '../model/address.ts';
import type { GatewaySpec, TenantSpec } from '../model/gateway.ts';
import type { Source } from '../model/resource.ts';
import type { Drawing, ReadNode } from './configure/drawing.ts';
import { compareText } from './drafts.ts';
import type { Findings } from './findings.ts';
import type { DrawingScope } from './scope.ts';

export interface Boxes {
  readonly gateways: Readonly<Record<Name, GatewaySpec>>;
  readonly tenants: Readonly<Record<Name, TenantSpec>>;
  /** Where each tenant was drawn. */
  readonly tenantSources: ReadonlyMap<Name, Source>;
}

export function boxes(drawing: Drawing, scope: DrawingScope, findings: Findings): Boxes {
  const gateways = new Owners<GatewaySpec>('gateway', findings);
  const tenants = new Owners<TenantSpec>('tenant', findings);
  const hardware = new Map<Name, ReadNode>();
  for (const node of drawing.nodes.values()) {
    if (node.broken) continue;
    const facets = scope.facets(node);
    if (facets.gateway !== undefined) gateways.add(facets.gateway.name, facets.gateway, node);
    if (facets.tenant !== undefined) tenants.add(facets.tenant.name, facets.tenant, node);
    if (facets.hardware !== undefined) addHardware(facets.hardware.gateway, node, hardware, findings);
  }
  const withHardware = (spec: GatewaySpec): GatewaySpec => {
    const profile = scope.hardware(spec.name);
    return profile === undefined ? spec : { ...spec, hardware: profile };
  };
  return {
    gateways: gateways.record(withHardware),
    tenants: tenants.record(spec => spec),
    tenantSources: tenants.sources(),
  };
}

/** Config nodes of one type by name; two with one name are reported. */
class Owners<T> {
  readonly #noun: string;
  readonly #findings: Findings;
  readonly #found = new Map<Name, { readonly spec: T; readonly source: Source }>();

  constructor(noun: string, findings: Findings) {
    this.#noun = noun;
    this.#findings = findings;
  }

  add(name: Name, spec: T, { source }: ReadNode): void {
    const first = this.#found.get(name);
    if (first === undefined) this.#found.set(name, { spec, source });
    else
      this.#findings.add({
        code: 'GW_NAME_TWICE',
        source,
        field: 'name',
        summary: `Two ${this.#noun} nodes have the name ${name}.`,
        remedy: `Give one of them another name, or delete it and use the other.`,
        related: [first.source],
      });
  }

  record(finish: (spec: T) => T): Readonly<Record<Name, T>> {
    const entries = [...this.#found].sort(([a], [b]) => compareText(a, b));
    return Object.fromEntries(entries.map(([name, { spec }]) => [name, finish(spec)]));
  }

  sources(): ReadonlyMap<Name, Source> {
    return new Map([...this.#found].map(([name, { source }]) => [name, source]));
  }
}

function addHardware(gateway: Name, node: ReadNode, hardware: Map<Name, ReadNode>, findings: Findings): void {
  const first = hardware.get(gateway);
  if (first === undefined) hardware.set(gateway, node);
  else
    findings.add({
      code: 'GW_HARDWARE_TWICE',
      source: node.source,
      field: 'gateway',
      summary: `${first.label} and ${node.label} both describe the hardware of ${gateway}.`,
      remedy: 'Delete one of them, or choose another gateway for it.',
      related: [first.source],
    });
}
