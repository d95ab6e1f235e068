// Boots of machines on a TPM, as evidence, and what can be learned from one.

import { goldenOf } from '../../runtime/attest/boot-events.ts';
import { parseEventLog } from '../../runtime/attest/event-log.ts';
import type { PolicyInput } from '../../runtime/attest/policy.ts';
import { bootOf, extensions, logOf, type Machine } from './boot-log.ts';
import type { TestKey, TestQuote, TestTpm } from './tpm.ts';

export const JUDGED = [0, 1, 4, 7, 9];
export const SELECTION = `sha256:${JUDGED.join(',')}`;

/** Boots a machine on the TPM and takes evidence, which still lacks its policy. */
export async function boot(tpm: TestTpm, key: TestKey, machine: Machine, selection = SELECTION) {
  await tpm.reset();
  await tpm.run('tpm2_pcrextend', ...extensions(bootOf(machine)));
  const nonce = Buffer.from(machine.kernel.padEnd(32, '.'));
  return evidenceOf(await tpm.quote(key, selection, nonce), key, logOf(bootOf(machine)));
}

export function evidenceOf({ quote, signature, pcrs, nonce }: TestQuote, key: TestKey, log: Buffer) {
  const values = Object.entries(pcrs).map(([bank, ofBank]) => {
    const hex = Object.entries(ofBank ?? {}).map(([pcr, value]) => [pcr, value.toString('hex')] as const);
    return [bank, Object.fromEntries(hex)] as const;
  });
  const [takenAt, hex] = [new Date().toISOString(), (bytes: Buffer) => bytes.toString('hex')];
  const signed = { nonce: hex(nonce), quote: hex(quote), signature: hex(signature), key: hex(key.area) };
  return { version: 1 as const, takenAt, ...signed, pcrs: Object.fromEntries(values), log: log.toString('base64') };
}

export type Boot = Awaited<ReturnType<typeof boot>>;

/** Golden values, and the key as the enrolled one. */
export function learned(taken: Boot, key: TestKey): PolicyInput {
  const values = Object.entries(taken.pcrs.sha256 ?? {}).map(
    ([pcr, value]) => [Number(pcr), Buffer.from(value, 'hex')] as const,
  );
  const seen = { pcrs: new Map(values), log: parseEventLog(Buffer.from(taken.log, 'base64')) };
  const head = { version: 1, bank: 'sha256', pcrs: JUDGED, key: key.public.name.toString('hex') } as const;
  return { ...head, ...goldenOf('sha256', JUDGED, seen) };
}
