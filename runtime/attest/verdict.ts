// From evidence to a verdict: is what runs there what may run there?
import { isGatewrightError } from '../model/errors.ts';
import type { Boot } from './boot-events.ts';
import { checkEndorsement, type TpmIdentity } from './endorsement.ts';
import { type EventLog, initialPcr, parseEventLog, replay } from './event-log.ts';
import type { Counters, Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { judge } from './judge.ts';
import type { Policy } from './policy.ts';
import { checkQuote, counterFindings, keyFindings, type PcrValues } from './quote.ts';
import type { Quote } from './tpm/attest.ts';
import { parseSizedPublic, type TpmPublic } from './tpm/public.ts';

export interface Verdict {
  /**
   * `trusted`: the machine runs what the policy allows. `mismatch`: it runs something else, and that is proven.
   * `unusable`: the evidence proves nothing.
   */
  readonly verdict: 'trusted' | 'mismatch' | 'unusable';
  /** Why it is not trusted; what makes evidence unusable comes first. */
  readonly findings: readonly Finding[];
  /** Name of the attestation key in hex, when it could be read. */
  readonly key?: string;
  /** What the endorsement certificate says about the TPM. */
  readonly tpm?: TpmIdentity;
  /** Of the quote, for the next verdict. */
  readonly counters?: Counters;
}

/** Judges evidence. Throws nothing: whatever is wrong with it is in the verdict. */
export function verify(evidence: Evidence): Verdict {
  try {
    return weigh(evidence);
  } catch (error) {
    if (!isGatewrightError(error)) throw error;
    return { verdict: 'unusable', findings: [{ code: error.code, message: error.message }] };
  }
}

function weigh(evidence: Evidence): Verdict {
  const { policy } = evidence;
  const key = parseSizedPublic(bytes(evidence.key));
  const pcrs = pcrValues(evidence);
  const question = { key, pcrs, quote: bytes(evidence.quote), signature: bytes(evidence.signature) };
  const { quote, findings } = checkQuote({ ...question, nonce: bytes(evidence.nonce) });
  const endorsement = endorsementOf(evidence);
  const log = evidence.log === undefined ? undefined : parseEventLog(Buffer.from(evidence.log, 'base64'));
  const proven = provenPcrs(quote, pcrs, policy);
  const doubts = [
    ...findings,
    ...keyFindings(key),
    ...enrolledFindings(key, policy),
    ...endorsement.findings,
    ...counterFindingsOf(evidence, quote),
    ...selectionFindings(policy, proven),
    ...(log === undefined ? [] : replayFindings(policy, proven, log)),
  ];
  const boot: Boot = log === undefined ? { pcrs: proven } : { pcrs: proven, log };
  // Of values that nobody vouches for nothing can be said.
  const misfits = findings.length > 0 ? [] : judge(policy, boot);
  const all = [...doubts, ...misfits];
  const unusable = all.some(({ code }) => code !== 'GW_ATTEST_MISMATCH');
  return {
    verdict: all.length === 0 ? 'trusted' : unusable ? 'unusable' : 'mismatch',
    findings: all,
    key: key.name.toString('hex'),
    ...(endorsement.identity === undefined ? {} : { tpm: endorsement.identity }),
    counters: countersOf(quote),
  };
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function pcrValues({ pcrs }: Evidence): PcrValues {
  const banks = Object.entries(pcrs).map(([bank, values]) => {
    const read = Object.entries(values ?? {}).map(([pcr, value]) => [Number(pcr), bytes(value)] as const);
    return [bank, Object.fromEntries(read)] as const;
  });
  return Object.fromEntries(banks);
}

/** Whether the key is the one that was enrolled: a machine could present the evidence of another one. */
function enrolledFindings(key: TpmPublic, policy: Policy): readonly Finding[] {
  if (key.name.equals(bytes(policy.key))) return [];
  return [{ code: 'GW_ATTEST_KEY', message: 'The attestation key is not the one that was enrolled.' }];
}

function endorsementOf({ endorsement, policy, takenAt }: Evidence): ReturnType<typeof checkEndorsement> {
  if (endorsement === undefined) {
    const message = 'There is no endorsement certificate, and the policy asks for one.';
    return { findings: policy.makers.length === 0 ? [] : [{ code: 'GW_ATTEST_EK', message }] };
  }
  if (policy.makers.length === 0) return { findings: [] };
  const key = parseSizedPublic(bytes(endorsement.key));
  const { certificate, chain } = endorsement;
  const told = checkEndorsement({ certificate, chain, trusted: policy.makers, key, at: new Date(takenAt) });
  // What nobody vouches for is not told.
  return told.findings.length > 0 ? { findings: told.findings } : told;
}

function counterFindingsOf({ earlier }: Evidence, { clockInfo }: Quote): readonly Finding[] {
  return earlier === undefined
    ? []
    : counterFindings({ ...earlier, clock: BigInt(earlier.clock), safe: true }, clockInfo);
}

function countersOf({ clockInfo: { clock, resetCount, restartCount } }: Quote): Counters {
  return { clock: String(clock), resetCount, restartCount };
}

/** Values of the bank of the policy that the quote covers. */
function provenPcrs({ selections }: Quote, pcrs: PcrValues, { bank }: Policy): ReadonlyMap<number, Buffer> {
  const quoted = selections.filter(selection => selection.bank === bank).flatMap(selection => selection.pcrs);
  return new Map(
    quoted.flatMap(pcr => {
      const value = pcrs[bank]?.[pcr];
      return value === undefined ? [] : [[pcr, value] as const];
    }),
  );
}

function selectionFindings({ bank, pcrs }: Policy, proven: ReadonlyMap<number, Buffer>): readonly Finding[] {
  const lacking = pcrs.filter(pcr => !proven.has(pcr));
  if (lacking.length === 0) return [];
  return [{ code: 'GW_ATTEST_SELECTION', message: `PCR ${lacking.join(', ')} of ${bank} was not quoted.` }];
}

/**
 * A log has to lead to every PCR that is judged. One without events may still have a golden value: Linux goes on measuring
 * after the log of the firmware. Not where something is forbidden, which could be in events that were left out.
 */
function replayFindings(
  { bank, pcrs, golden, forbidden = [] }: Policy,
  proven: ReadonlyMap<number, Buffer>,
  log: EventLog,
): readonly Finding[] {
  const replayed = replay(log, bank);
  const whole = (pcr: number) => golden[pcr] === undefined || forbidden.some(rule => (rule.pcr ?? pcr) === pcr);
  const astray = pcrs.filter(pcr => {
    const led = replayed.get(pcr) ?? (whole(pcr) ? initialPcr(pcr, bank) : undefined);
    const value = proven.get(pcr);
    return led !== undefined && value !== undefined && !led.equals(value);
  });
  return astray.map(pcr => ({ code: 'GW_ATTEST_LOG', pcr, message: `The event log does not lead to PCR ${pcr}.` }));
}
