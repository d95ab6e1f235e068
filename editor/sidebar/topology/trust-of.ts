// How a machine is proven, by the gates that ask it. Pure.
import type { TrustState } from '../../../runtime/model/attestation.ts';
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';

const WORST: readonly TrustState[] = ['mismatch', 'stale', 'never', 'trusted'];

/**
 * Several gates may ask a machine, each by a policy of its own; the worst of them counts.
 * @param machine  `host`, or `vm.` and the name of a VM
 * @returns `undefined` when no gate asks it
 */
export function trustOf({ gates }: Pick<GatewayState, 'gates'>, machine: string): TrustState | undefined {
  const states = gates.filter(gate => gate.machine === machine).map(({ state }) => state);
  return WORST.find(state => states.includes(state));
}
