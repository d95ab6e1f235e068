// Policies and rules for the tests, with little to write per case.
import type { Address } from '../../../runtime/model/address.ts';
import type { PolicySpec } from '../../../runtime/model/kinds/policy.ts';
import type { Resource } from '../../../runtime/model/resource.ts';

export type Link = PolicySpec['links'][number];
export type Rule = Link['rules'][number];
export type Binding = PolicySpec['bindings'][number];

export const GATEWAY = { name: 'cell-7', backend: 'linux' } as const;

/** Accepts outbound traffic of any kind, unless told otherwise. */
export function rule(id: string, fields: Partial<Rule> = {}): Rule {
  const open = { sources: [], destinations: [], ports: [], log: false };
  return { id, direction: 'outbound', action: 'accept', protocol: 'any', ...open, ...fields };
}

export function link(firewall: string, port: Address, outbound: Link['outbound'], ...rules: readonly Rule[]): Link {
  return { firewall, segment: 'segment.cell-7/cell-a', port, outbound, rules: [...rules] };
}

export function binding(port: Binding['port'], mac: string, ...ips: readonly string[]): Binding {
  return { port, segment: 'segment.cell-7/cell-a', mac, ips: [...ips] };
}

export function policy(bindings: readonly Binding[], links: readonly Link[], tenant = 'vendor-a'): Resource<'policy'> {
  return {
    address: `policy.cell-7/${tenant}`,
    kind: 'policy',
    spec: { tenant, bindings: [...bindings], links: [...links], bridgeNetfilter: true },
    needs: [],
    source: { node: 'test' },
  };
}
