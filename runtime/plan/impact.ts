// Who notices a step, and for how long. A forecast from the drivers' own figures, not a measurement.
import type { Address, Name } from '../model/address.ts';
import type { Observed } from '../model/observed.ts';
import type { Impact } from '../model/plan.ts';
import { type Carried, carriedPorts } from './carried.ts';
import type { Draft, Drafts } from './draft.ts';
import type { FactsByKind } from './facts.ts';
import { compareText } from './layers.ts';
import { tenantOf } from './references.ts';

/** Forecasts the impact of each step of a plan against what is observed now. */
export function impactForecast(drafts: Drafts, observed: Observed, facts: FactsByKind): (draft: Draft) => Impact {
  const carried = carriedPorts(observed);
  const renamed = new Map([...drafts.values()].map(({ was, address }) => [was, address]));
  const leaves = (address: Address) => drafts.get(address)?.action === 'remove';
  return draft => {
    const driver = facts.get(draft.kind);
    const seconds = darkSeconds(draft, driver?.seconds ?? NO_SECONDS);
    const dark = seconds === undefined ? [] : darkOf(draft, carried, leaves);
    const destroys = draft.action === 'replace' || draft.action === 'remove';
    return {
      tenants: tenantsOf(dark, observed),
      dark: dark.map(address => renamed.get(address) ?? address).sort(compareText),
      darkSeconds: dark.length === 0 ? 0 : (seconds ?? 0),
      restartsVm: draft.kind === 'vm' && (draft.action === 'replace' || isRestart(draft)),
      reversible: !(destroys && driver?.losesState === true),
    };
  };
}

const NO_SECONDS = { create: 0, update: 0, restart: 0, remove: 0 };

function isRestart(draft: Draft): boolean {
  return draft.action === 'update' && draft.changes.some(change => change.how === 'restart');
}

/** Seconds without traffic; `undefined` when nothing is interrupted. */
function darkSeconds(draft: Draft, seconds: typeof NO_SECONDS): number | undefined {
  if (draft.action === 'replace') return seconds.remove + seconds.create;
  if (draft.action === 'remove') return seconds.remove;
  return isRestart(draft) ? seconds.restart : undefined;
}

/** What loses traffic, by its present address: a running VM with its ports, or the ports that stay behind. */
function darkOf(draft: Draft, carried: Carried, leaves: (address: Address) => boolean): readonly Address[] {
  const { observed, kind } = draft;
  if (observed === undefined) return [];
  if (kind !== 'vm') return carried(observed).filter(port => !leaves(port));
  // WHY: a VM that is down already loses nothing.
  const down = 'running' in observed.spec && observed.spec.running === false;
  return down ? [] : [observed.address, ...carried(observed)];
}

function tenantsOf(addresses: readonly Address[], observed: Observed): readonly Name[] {
  const names = addresses.flatMap(address => tenantOf(observed.resources[address] ?? { spec: {} }) ?? []);
  return [...new Set(names)].sort(compareText);
}
