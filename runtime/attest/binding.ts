// The box vouches for the TPM of a VM: its own attestation key quotes, with what names the VM and the certificate of that TPM as the
// question. Whoever trusts the box's key can check it, offline.
import { createHash, X509Certificate } from 'node:crypto';
import type { Address } from '../model/address.ts';
import { GatewrightError, isGatewrightError } from '../model/errors.ts';
import type { Finding } from './finding.ts';
import { checkQuote } from './quote.ts';
import type { Claim } from './standing.ts';
import { parseSizedPublic } from './tpm/public.ts';

/** What the box is asked, in hex. @param certificate  of the endorsement key of the VM's TPM, PEM */
export function bindingNonce(vm: Address<'vm'>, certificate: string): string {
  const { raw } = new X509Certificate(certificate);
  return createHash('sha256').update('gatewright vtpm 1\0').update(`${vm}\0`).update(raw).digest('hex');
}

/**
 * What is wrong with it; nothing when the box vouches.
 * @param claim    of the box
 * @param hostKey  name of the box's enrolled key in hex
 */
export function bindingFindings(
  claim: Claim,
  vm: Address<'vm'>,
  certificate: string,
  hostKey: string,
): readonly Finding[] {
  try {
    return weigh(claim, bindingNonce(vm, certificate), hostKey);
  } catch (error) {
    if (!isGatewrightError(error)) throw error;
    return [{ code: error.code, message: error.message }];
  }
}

function weigh(claim: Claim, nonce: string, hostKey: string): readonly Finding[] {
  const key = parseSizedPublic(Buffer.from(claim.key, 'hex'));
  if (key.name.toString('hex') !== hostKey)
    throw new GatewrightError('GW_ATTEST_KEY', 'another key than that of the box vouches');
  const values = Object.entries(claim.pcrs.sha256 ?? {}).map(
    ([pcr, value]) => [pcr, Buffer.from(value, 'hex')] as const,
  );
  const [quote, signature] = [claim.quote, claim.signature].map(hex => Buffer.from(hex, 'hex'));
  const pcrs = { sha256: Object.fromEntries(values) };
  const question = { key, pcrs, quote: quote ?? Buffer.alloc(0), signature: signature ?? Buffer.alloc(0) };
  return checkQuote({ ...question, nonce: Buffer.from(nonce, 'hex') }).findings;
}
