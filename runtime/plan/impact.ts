// Who notices a step, and for how long. A forecast from the drivers' own figures, not a measurement.
import type { Address, Name } from '../model/address.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { Observed, ObservedResource } from '../model/observed.ts';
import type { Impact } from '../model/plan.ts';
import type { Draft } from './draft.ts';
import type { FactsByKind } from './facts.ts';
import { compareText } from './layers.ts';
import { mentions, tenantOf } from './references.ts';

/** Forecasts the impact of single steps against what is observed now. */
export function impactForecast(
  design: GatewayDesign,
  observed: Observed,
  facts: FactsByKind,
): (draft: Draft) => Impact {
  const carried = carriedPorts(observed);
  return draft => {
    const driver = facts.get(draft.kind);
    const seconds = darkSeconds(draft, driver?.seconds ?? NO_SECONDS);
    const dark = seconds === 0 && draft.action !== 'remove' ? [] : darkOf(draft, carried, design);
    const destroys = draft.action === 'replace' || draft.action === 'remove';
    return {
      tenants: tenantsOf(dark, observed),
      dark,
      darkSeconds: dark.length === 0 ? 0 : seconds,
      restartsVm: draft.kind === 'vm' && (draft.action === 'replace' || isRestart(draft)),
      reversible: !(destroys && driver?.losesState === true),
    };
  };
}

const NO_SECONDS = { create: 0, update: 0, restart: 0, remove: 0 };

/** Whether an update restarts what it changes. */
export function isRestart(draft: Draft): boolean {
  return draft.action === 'update' && draft.changes.some(change => change.how === 'restart');
}

function darkSeconds(draft: Draft, seconds: typeof NO_SECONDS): number {
  if (draft.action === 'replace') return seconds.remove + seconds.create;
  if (draft.action === 'remove') return seconds.remove;
  return isRestart(draft) ? seconds.restart : 0;
}

/** What loses traffic: the thing itself when it is a VM, and every port it carries that is to stay. */
function darkOf(draft: Draft, carried: Carried, design: GatewayDesign): readonly Address[] {
  const { observed } = draft;
  if (observed === undefined) return [];
  const ports = carried(observed);
  const stay = ports.filter(port => design.resources[port] !== undefined || draft.kind === 'vm');
  // WHY: a VM that is down already loses nothing.
  const running = draft.kind === 'vm' && !('running' in observed.spec && observed.spec.running === false);
  if (draft.kind === 'vm') return running ? [...stay, observed.address].sort(compareText) : [];
  return [...stay].sort(compareText);
}

function tenantsOf(addresses: readonly Address[], observed: Observed): readonly Name[] {
  const names = addresses.flatMap(address => {
    const found = observed.resources[address];
    return found === undefined ? [] : (tenantOf(found) ?? []);
  });
  return [...new Set(names)].sort(compareText);
}

type Carried = (found: ObservedResource) => readonly Address[];

/** Finds the ports whose traffic goes through a thing: downwards by reference, sideways through their segment. */
function carriedPorts(observed: Observed): Carried {
  const users = new Map<Address, ObservedResource[]>();
  const all = Object.values(observed.resources);
  for (const found of all)
    for (const used of mentions(found.spec)) users.set(used, [...(users.get(used) ?? []), found]);
  const portsOn = (address: unknown) =>
    (users.get(address as Address) ?? []).filter(user => user.kind === 'port').map(user => user.address);
  return found => {
    const spec = found.spec as Readonly<Record<string, unknown>>;
    const named = [...mentions(spec)].filter(address => observed.resources[address]?.kind === 'port');
    switch (found.kind) {
      case 'port':
        return [found.address];
      case 'segment':
        return portsOn(found.address);
      case 'edge':
        return portsOn(spec.segment);
      case 'vm':
      case 'policy':
        return named;
      case 'uplink': {
        const through = (users.get(found.address) ?? []).filter(
          user => user.kind === 'segment' || user.kind === 'edge',
        );
        const segments = through.map(user =>
          user.kind === 'segment' ? user.address : (user.spec as { segment?: Address }).segment,
        );
        return [...new Set(segments)].flatMap(portsOn);
      }
    }
  };
}
