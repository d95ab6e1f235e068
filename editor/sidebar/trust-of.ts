// How a machine is proven, by the gates that ask it. Pure.
import type { GateStanding, TrustState } from '../../runtime/model/attestation.ts';

const WORST: readonly TrustState[] = ['mismatch', 'stale', 'never', 'trusted'];

/**
 * Several gates may ask a machine, each by a policy of its own; the worst of them counts.
 * @param machine  `host`, or `vm.` and the name of a VM
 * @returns `undefined` when no gate asks it
 */
export function trustOf(
  { gates }: { readonly gates: readonly Pick<GateStanding, 'machine' | 'state'>[] },
  machine: string,
): TrustState | undefined {
  const states = gates.filter(gate => gate.machine === machine).map(({ state }) => state);
  return WORST.find(state => states.includes(state));
}
