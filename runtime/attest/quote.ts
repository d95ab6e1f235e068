// Does a quote prove the PCR values beside it, now and by that key?
import { constants, createHash, type KeyObject, verify } from 'node:crypto';
import type { Finding } from './finding.ts';
import { HASH_BYTES, type HashName } from './tpm/algorithms.ts';
import { type ClockInfo, parseQuote, type Quote } from './tpm/attest.ts';
import type { Attribute } from './tpm/attributes.ts';
import { leftPadded, type TpmPublic } from './tpm/public.ts';
import { parseSignature, type TpmSignature } from './tpm/signature.ts';

/** PCR values by bank and number. */
export type PcrValues = Readonly<Partial<Record<HashName, Readonly<Record<number, Buffer>>>>>;

export interface QuoteQuestion {
  /** TPMS_ATTEST as it was signed. */
  readonly quote: Uint8Array;
  /** TPMT_SIGNATURE. */
  readonly signature: Uint8Array;
  readonly key: TpmPublic;
  /** What the TPM was asked to put in. */
  readonly nonce: Uint8Array;
  readonly pcrs: PcrValues;
}

/**
 * Checks nonce, PCR digest and signature. Whether the key deserves trust is {@link keyFindings}.
 * @returns the quote, and every reason not to believe it; whoever fails a cheap check is not granted the costly one
 * @throws GatewrightError GW_ATTEST_MALFORMED
 */
export function checkQuote(question: QuoteQuestion): { readonly quote: Quote; readonly findings: readonly Finding[] } {
  const signature = parseSignature(question.signature);
  const quote = parseQuote(question.quote);
  const findings: Finding[] = [];
  if (!quote.extraData.equals(question.nonce))
    findings.push({ code: 'GW_ATTEST_NONCE', message: 'The quote answers another nonce than the one that was asked.' });
  const fact = pcrFact(quote, signature, question.pcrs);
  if (fact !== undefined) findings.push({ code: 'GW_ATTEST_PCRS', message: fact });
  if (findings.length === 0 && !signed(question.quote, signature, question.key))
    findings.push({ code: 'GW_ATTEST_SIGNATURE', message: 'The quote was not signed by the attestation key.' });
  return { quote, findings };
}

function signed(message: Uint8Array, signature: TpmSignature, { key, scheme, curve }: TpmPublic): boolean {
  // A restricted key signs with one scheme only; another one is somebody else's signature.
  if (scheme?.scheme !== signature.scheme || scheme.hash !== signature.hash) return false;
  if (signature.scheme !== 'ecdsa')
    return verify(signature.hash, message, padded(key, signature.scheme), signature.signature);
  const [r, s] = [signature.r, signature.s].map(value => leftPadded(value, curve?.bytes ?? 0));
  if (r === undefined || s === undefined) return false;
  return verify(signature.hash, message, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat([r, s]));
}

function padded(key: KeyObject, scheme: 'rsassa' | 'rsapss') {
  // TPMs differ in the length of the salt (Part 1, "RSASSA_PSS"), so it is read from the signature.
  return scheme === 'rsassa'
    ? { key, padding: constants.RSA_PKCS1_PADDING }
    : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
}

function pcrFact(quote: Quote, { hash }: TpmSignature, pcrs: PcrValues): string | undefined {
  const sum = createHash(hash);
  for (const { bank, pcrs: numbers } of quote.selections)
    for (const pcr of numbers) {
      const value = pcrs[bank]?.[pcr];
      if (value?.length !== HASH_BYTES[bank])
        return `There is no sound value of PCR ${pcr} of ${bank}, which was quoted.`;
      sum.update(value);
    }
  return sum.digest().equals(quote.pcrDigest) ? undefined : 'The PCR values are not the ones that were quoted.';
}

/** What makes a key say only what its TPM knows (Part 1, "Attestation"): it never signs foreign data nor leaves the TPM. */
const NEEDED: readonly Attribute[] = ['restricted', 'sign', 'fixedTPM', 'fixedParent', 'sensitiveDataOrigin'];

/** Whether a key was made in its TPM, cannot leave it, and signs nothing else. @returns every reason against it */
export function keyFindings(key: TpmPublic): readonly Finding[] {
  const lacks = NEEDED.filter(attribute => !key.attributes.has(attribute));
  const facts = [
    ...(lacks.length === 0 ? [] : [`The attestation key lacks the attributes ${lacks.join(', ')}.`]),
    ...(key.attributes.has('decrypt') ? ['The attestation key can also decrypt.'] : []),
    ...(key.scheme === undefined ? ['The attestation key signs with any scheme.'] : []),
  ];
  return facts.map(message => ({ code: 'GW_ATTEST_KEY', message }));
}

/** A clock that was not shut down orderly can fall back by this much: it is saved that often (Part 1, "Clock"). In ms. */
const UNSAFE_FALLBACK = 1n << 22n;

/**
 * Holds the counters of a quote against those of an earlier one (Part 1, "Timing Components"): boots and sleeps are only
 * counted up, and the clock goes on.
 * @returns what went back, at most one finding
 */
export function counterFindings(earlier: ClockInfo, now: ClockInfo): readonly Finding[] {
  const fact = wentBack(earlier, now);
  return fact === undefined ? [] : [{ code: 'GW_ATTEST_COUNTERS', message: fact }];
}

function wentBack(earlier: ClockInfo, now: ClockInfo): string | undefined {
  if (now.resetCount < earlier.resetCount)
    return `The TPM counted ${now.resetCount} boots, and ${earlier.resetCount} before that.`;
  const sameBoot = now.resetCount === earlier.resetCount;
  if (sameBoot && now.restartCount < earlier.restartCount)
    return `The TPM counted ${now.restartCount} sleeps in this boot, and ${earlier.restartCount} before that.`;
  const awake = sameBoot && now.restartCount === earlier.restartCount;
  const least = awake || now.safe ? earlier.clock : earlier.clock - UNSAFE_FALLBACK;
  return now.clock < least ? `The clock of the TPM went back from ${earlier.clock} to ${now.clock} ms.` : undefined;
}
