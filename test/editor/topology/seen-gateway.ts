// Gateways as the topology is told of them: the reference designs, as if all of them ran as drawn.
import { readFileSync } from 'node:fs';
import type { GatewaySight } from '../../../editor/sidebar/topology/thing.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { GateStanding } from '../../../runtime/model/attestation.ts';
import type { Design } from '../../../runtime/model/design.ts';
import type { Observed, ObservedResource } from '../../../runtime/model/observed.ts';
import type { FieldChange, Plan, Step } from '../../../runtime/model/plan.ts';
import type { GatewayState, ResourceState } from '../../../runtime/platform/platform-port.ts';

export const AT_MS = 1_790_000_000_000;

/** The design that a reference drawing is compiled to. */
export function referenceDesign(name: string): Design {
  return JSON.parse(readFileSync(new URL(`../../../flows/${name}/expected/design.json`, import.meta.url), 'utf8'));
}

export function gatewayState(name: string, changes: Partial<GatewayState> = {}): GatewayState {
  return {
    ...{ name, backend: 'linux', label: 'real', connected: true, message: '', generation: 3 },
    ...{ busy: 'idle', drift: false, gates: [], resources: {} },
    ...changes,
  };
}

/** Whatever of a design is on a gateway, seen as it is drawn. */
export function seenAsDrawn(design: Design, gateway: string): GatewaySight {
  const own = Object.values(design.resources).filter(({ address }) => address.split(/[./]/)[1] === gateway);
  const resources = own.map(({ address, kind, spec }) => [
    address,
    { address, kind, spec, generation: 3, status: {} } satisfies ObservedResource,
  ]);
  const states = own.map(({ address }) => [address, 'running' as const]);
  return {
    state: gatewayState(gateway, { resources: Object.fromEntries(states) }),
    observed: { gateway, generation: 3, atMs: AT_MS, resources: Object.fromEntries(resources) },
  };
}

/** All gateways of a design, seen as drawn. */
export function allSeen(design: Design): readonly GatewaySight[] {
  return Object.keys(design.gateways).map(name => seenAsDrawn(design, name));
}

/** The same with one thing otherwise; `null` = it is not there. */
export function withSeen(
  sight: GatewaySight,
  address: Address,
  seen: { readonly spec?: object; readonly status?: ObservedResource['status'] } | null,
  state?: ResourceState,
): GatewaySight {
  const observed = sight.observed as Observed;
  const { [address]: before, ...others } = observed.resources;
  const [kind] = address.split('.') as [ObservedResource['kind']];
  const after = {
    ...{ address, kind, generation: 3 },
    spec: { ...before?.spec, ...seen?.spec },
    status: seen?.status ?? {},
  } as ObservedResource;
  return {
    state: state === undefined ? sight.state : withState(sight.state, address, state),
    observed: { ...observed, resources: seen === null ? others : { ...others, [address]: after } },
  };
}

export function withState(state: GatewayState, address: Address, is: ResourceState): GatewayState {
  return { ...state, resources: { ...state.resources, [address]: is } };
}

/** A plan that would change one thing. */
export function planOf(gateway: string, address: Address, changes: readonly FieldChange[]): Plan {
  const step = {
    ...{ id: `update ${address}`, action: 'update', address, kind: address.split('.')[0] as Step['kind'] },
    ...{ changes, needs: [], reason: 'it is drawn otherwise' },
    impact: { tenants: [], dark: [], darkSeconds: 0, restartsVm: false, reversible: true },
  } satisfies Step;
  return {
    ...{ version: 1, gateway, label: 'real', generation: { from: 3, to: 4 } },
    ...{ designHash: 'd', observedHash: 'o', steps: [step], hash: 'h' },
  };
}

export function gateStanding(gate: Address<'gate'>, machine: GateStanding['machine'], state: GateStanding['state']) {
  return { gate, machine, state, openMs: state === 'trusted' ? 60_000 : 0, findings: [] } satisfies GateStanding;
}
