// How the machines of a gateway are proven, as people read it: one entry for each, with the gates that ask it. Pure.
import type { Address } from '../../../runtime/model/address.ts';
import type {
  AttestationStatus,
  GateStanding,
  MachineName,
  TrustedMachine,
  TrustFinding,
  TrustState,
} from '../../../runtime/model/attestation.ts';
import { trustOf } from '../trust-of.ts';

export interface GateSight {
  readonly address: Address<'gate'>;
  readonly name: string;
  readonly state: TrustState;
  /** Until it closes, if nothing is proven meanwhile, Unix time in ms by the clock of the browser; absent = it is closed. */
  readonly openUntilMs?: number | undefined;
}

export interface MachineSight {
  readonly machine: MachineName;
  /** Name of the VM; absent for the box itself. */
  readonly vm?: string | undefined;
  /** The worst that a gate says of it; absent when no gate asks it. */
  readonly state?: TrustState | undefined;
  /** Of the gate that was satisfied last. */
  readonly proven?: GateStanding['proven'];
  readonly findings: readonly TrustFinding[];
  readonly gates: readonly GateSight[];
  /** What is known of its TPM; absent when it never said anything. */
  readonly known?: TrustedMachine | undefined;
}

/** @param readAtMs  when the status was read, by the clock of the browser */
export function machinesOf({ machines, gates }: AttestationStatus, readAtMs: number): readonly MachineSight[] {
  const names = [...new Set([...machines, ...gates].map(({ machine }) => machine))].sort();
  return names.map(machine => {
    const own = gates.filter(gate => gate.machine === machine);
    const known = machines.find(one => one.machine === machine);
    return {
      machine,
      vm: machine === 'host' ? undefined : machine.slice('vm.'.length),
      state: trustOf({ gates }, machine),
      proven: own.flatMap(({ proven }) => proven ?? []).toSorted((a, b) => b.at - a.at)[0],
      findings: unlike([...own.flatMap(({ findings }) => findings), ...(known?.last?.findings ?? [])]),
      gates: own.map(gate => gateSight(gate, readAtMs)),
      known,
    };
  });
}

function gateSight({ gate, state, openMs }: GateStanding, readAtMs: number): GateSight {
  const name = gate.slice(gate.indexOf('/') + 1);
  return { address: gate, name, state, openUntilMs: openMs > 0 ? readAtMs + openMs : undefined };
}

/** Several gates on one machine find the same. */
function unlike(findings: readonly TrustFinding[]): readonly TrustFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, message }) => {
    const key = `${code} ${message}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

/** How long, in the largest unit that says enough. @param ms  not negative */
export function durationOf(ms: number): {
  readonly unit: 'seconds' | 'minutes' | 'hours' | 'days';
  readonly count: number;
} {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  if (seconds < 120) return { unit: 'seconds', count: seconds };
  if (seconds < 7_200) return { unit: 'minutes', count: Math.floor(seconds / 60) };
  if (seconds < 172_800) return { unit: 'hours', count: Math.floor(seconds / 3_600) };
  return { unit: 'days', count: Math.floor(seconds / 86_400) };
}
