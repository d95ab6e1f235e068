// Codes of attestation: why evidence of a TPM proves nothing, or proves that something else runs than what may.
import type { CodeEntry } from './entry.ts';

export const ATTEST_CODES = {
  GW_ATTEST_EVIDENCE: {
    fault: 'user',
    meaning: 'A file does not have the shape of evidence or of a policy.',
    remedy: 'Name a file that Gatewright kept, or correct what the message names.',
  },
  GW_ATTEST_MALFORMED: {
    fault: 'user',
    meaning: 'A structure in the evidence is not one that a TPM or a firmware makes, or is of an algorithm we refuse.',
    remedy: 'Take new evidence; when it comes again, trust neither the machine nor what lies between.',
  },
  GW_ATTEST_SIGNATURE: {
    fault: 'user',
    meaning: 'The signature of a quote is not that of the attestation key.',
    remedy: 'Take new evidence from the machine that was enrolled.',
  },
  GW_ATTEST_NONCE: {
    fault: 'user',
    meaning: 'A quote answers another question than the one that was asked: it is old, or of somebody else.',
    remedy: 'Ask anew with a fresh nonce.',
  },
  GW_ATTEST_SELECTION: {
    fault: 'user',
    meaning: 'A quote does not cover the PCRs that the policy judges.',
    remedy: 'Quote all PCRs of the policy, in its hash bank.',
  },
  GW_ATTEST_PCRS: {
    fault: 'user',
    meaning: 'The PCR values beside a quote are not the ones that were quoted.',
    remedy: 'Take values and quote together; when it comes again, do not trust what lies between.',
  },
  GW_ATTEST_KEY: {
    fault: 'user',
    meaning: 'The attestation key can sign what no TPM said, or is not the one that was enrolled.',
    remedy: 'Make the key in the TPM as a restricted signing key that cannot leave it, and enrol it.',
  },
  GW_ATTEST_EK: {
    fault: 'user',
    meaning:
      'No trusted maker vouches for the TPM: its endorsement certificate is missing, expired, or of another key.',
    remedy: 'Give the certificates of the maker of the TPM, or enrol the TPM that is there.',
  },
  GW_ATTEST_COUNTERS: {
    fault: 'user',
    meaning: 'The counters of a TPM went back, which they never do: its state was put back, or it is another TPM.',
    remedy: 'Find out who restored the machine; enrol it again when that was meant.',
  },
  GW_ATTEST_LOG: {
    fault: 'user',
    meaning: 'The event log does not lead to the PCRs that were quoted.',
    remedy: 'Take log and quote of the same boot; when it comes again, the log was changed.',
  },
  GW_ATTEST_ENROLMENT: {
    fault: 'user',
    meaning:
      'A machine was not enrolled: no invitation is open for its token, or its key is not in the TPM that it named.',
    remedy: 'Invite the machine again, and give the new token to it alone.',
  },
  GW_ATTEST_WITHHELD: {
    fault: 'user',
    meaning: 'A secret was not released, because the machine has not proven lately that it runs what it may.',
    remedy: 'Look at its last verdict, and let it prove itself again.',
  },
  GW_ATTEST_UNKNOWN: {
    fault: 'user',
    meaning: 'Nobody has said yet what a machine may run, so nothing it runs is trusted.',
    remedy: 'Look at what it runs now, then have it learned: gatewright attest learn.',
  },
  GW_ATTEST_RULES: {
    fault: 'user',
    meaning:
      'Gates on one machine have different rules about the events of a PCR, so nothing it runs satisfies all of them.',
    remedy: 'Give the gates the same rules, or let one of them alone judge that PCR.',
  },
  GW_ATTEST_CLOSED: {
    fault: 'user',
    meaning: 'Something waits for an attestation gate that is closed.',
    remedy: 'Look at why the gate is closed: gatewright attest status.',
  },
  GW_ATTEST_TPM: {
    fault: 'host',
    meaning: 'A TPM refuses a command, does not answer, or is not there.',
    remedy: 'Look whether the machine has its TPM and runs what answers for it, and ask again.',
  },
  GW_ATTEST_IMAGE: {
    fault: 'user',
    meaning: 'Of a kernel or an image nobody can foretell what a boot of it will measure, for it is no EFI program.',
    remedy: 'Name a kernel with an EFI stub or a unified kernel image, whole.',
  },
  GW_ATTEST_MISMATCH: {
    fault: 'user',
    meaning: 'A machine runs something else than the policy allows; the component is named.',
    remedy: 'Put the component back, or allow what runs there now.',
  },
} as const satisfies Record<string, CodeEntry>;
