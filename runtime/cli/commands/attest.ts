// `gatewright attest verify EVIDENCE`: judges evidence of a TPM again, without a TPM and without a network. A record of a history
// is taken for the evidence in it.
import { type Evidence, evidenceId, parsePolicy } from '../../attest/evidence.ts';
import type { Finding } from '../../attest/finding.ts';
import { type Verdict, verify } from '../../attest/verdict.ts';
import { CODES } from '../../model/codes.ts';
import type { Wanted } from '../bounded-file.ts';
import { readEvidence, readJson } from '../evidence-file.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Terminal } from '../terminal.ts';

const POLICY: Wanted = { file: 'a file with a policy', inFolder: 'the policy', limitBytes: 4 * 1024 * 1024 };

export interface VerifyOption {
  /** File with the policy to judge by, in place of the one in the evidence. */
  readonly policy?: string;
}

/**
 * Exits with 1 unless the machine is trusted.
 * @param file  with evidence; `-` reads standard input
 * @throws UsageError for a file that cannot be read, GatewrightError GW_ATTEST_EVIDENCE for one that holds something else
 */
export async function verifyEvidence(terminal: Terminal, file: string, option: VerifyOption): Promise<ExitCode> {
  const given = await readEvidence(file);
  const policy = option.policy === undefined ? given.policy : parsePolicy(await readJson(option.policy, POLICY));
  const evidence = { ...given, policy };
  const verdict = verify(evidence);
  const ok = verdict.verdict === 'trusted';
  const { takenAt } = evidence;
  const findings = verdict.findings.map(each => ({ ...each, remedy: CODES[each.code].remedy }));
  terminal.result(
    { version: 1, command: 'attest', ok, evidence: evidenceId(given), takenAt, ...verdict, findings },
    verdictLines(evidence, verdict),
  );
  return ok ? EXIT.ok : EXIT.findings;
}

const MEANING: Readonly<Record<Verdict['verdict'], string>> = {
  trusted: 'the machine ran what the policy allows',
  mismatch: 'the machine ran something else than the policy allows',
  unusable: 'the evidence proves nothing',
};

function verdictLines({ takenAt }: Evidence, { verdict, findings, key, tpm, counters }: Verdict): readonly string[] {
  return [
    `${verdict}: ${MEANING[verdict]} (evidence of ${takenAt})`,
    ...findings.flatMap(findingLines),
    ...(tpm === undefined ? [] : [`TPM ${tpm.model} ${tpm.version} of ${tpm.manufacturer}`]),
    ...(key === undefined ? [] : [`attestation key ${key}`]),
    ...(counters === undefined ? [] : [`boot ${counters.resetCount} of the TPM`]),
  ];
}

function findingLines({ code, message }: Finding): readonly string[] {
  return [`  ${message} [${code}]`, `    ${CODES[code].remedy}`];
}
