// Attestation gates of a simulated gateway: there is no TPM to ask, so they are closed and say so. A test may say that one is trusted.
import type { Store } from '../../host/resource-files.ts';
import type { Address } from '../../model/address.ts';
import type { Attestation, GateStanding } from '../../model/attestation.ts';
import type { Handle } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import { type GateSpec, machineOf } from '../../model/kinds/gate.ts';

/** Whether a gate counts as trusted; looked at after every change, and whenever somebody has it asked. */
export type SimulatedTrust = (gate: Address<'gate'>) => boolean;

const NOTHING_PROVEN = {
  code: 'GW_ATTEST_TPM',
  message: 'A simulated gateway has no TPM, so nothing is proven; choose another back end.',
};

/** Adds to a handle what gates stand for. */
export async function withGates(
  handle: Handle<'gate'>,
  store: Store<'gate'>,
  trust: SimulatedTrust = () => false,
): Promise<Handle<'gate'>> {
  const listeners = new Set<(standings: readonly GateStanding[]) => void>();
  let standings: readonly GateStanding[] = [];
  const look = async () => {
    standings = (await store.list()).flatMap(({ address, spec }) => standingOf(address, spec, trust(address)));
    for (const heard of listeners) heard(standings);
  };
  const thenLook = async (work: Promise<void>) => {
    await work;
    await look();
  };
  await look();
  return {
    ...handle,
    create: (...asked) => thenLook(handle.create(...asked)),
    update: (...asked) => thenLook(handle.update(...asked)),
    remove: (...asked) => thenLook(handle.remove(...asked)),
    gates(heard) {
      listeners.add(heard);
      heard(standings);
      return () => listeners.delete(heard);
    },
    attestation: { ...NO_TPM, status: async () => ({ machines: [], gates: [...standings] }), ask: look },
    async close() {
      listeners.clear();
      await handle.close();
    },
  };
}

function standingOf(
  gate: Address<'gate'>,
  { subject, freshnessSeconds }: Partial<GateSpec>,
  trusted: boolean,
): readonly GateStanding[] {
  if (subject === undefined || freshnessSeconds === undefined) return []; // half made
  const machine = machineOf({ subject });
  return trusted
    ? [{ gate, machine, state: 'trusted', openMs: freshnessSeconds * 1000, findings: [] }]
    : [{ gate, machine, state: 'never', openMs: 0, findings: [NOTHING_PROVEN] }];
}

async function refuse(): Promise<never> {
  throw new GatewrightError('GW_KIND_UNSUPPORTED', 'a simulated gateway has no TPM; choose another back end');
}

const NO_TPM: Omit<Attestation, 'status' | 'ask'> = {
  ...{ invite: refuse, enrol: refuse, approve: refuse, learn: refuse },
  history: async () => [],
};
