// How machines and gates stand, in lines for people.
import type { AttestationStatus, GateStanding, TrustedMachine, TrustFinding } from '../model/attestation.ts';
import { CODES } from '../model/codes.ts';

export function attestationLines(gateway: string, { machines, gates }: AttestationStatus): readonly string[] {
  const lines = [...machines.flatMap(machineLines), ...gates.flatMap(gateLines)];
  return lines.length > 0 ? lines : [`No gate is drawn on ${gateway}, and nothing is known of any machine.`];
}

function machineLines({ machine, key, pendingKey, invited, endorsement, learned, last }: TrustedMachine) {
  return [
    `${machine}: ${key === undefined ? 'not enrolled' : `key ${key}`}${invited ? ', invited' : ''}${
      learned ? '' : ', nothing learned'
    }`,
    ...(pendingKey === undefined
      ? []
      : [`  another key waits for approval: gatewright attest approve ${machine} ${pendingKey}`]),
    ...(endorsement === undefined
      ? []
      : [
          `  TPM made by ${endorsement.issuer.replaceAll('\n', ', ')}${endorsement.boundToHost ? '; the box vouches for it' : ''}`,
        ]),
    ...(last === undefined ? [] : [`  last verdict ${last.verdict}, ${timeOf(last.at)}, record ${last.number}`]),
  ];
}

function gateLines({ gate, machine, state, openMs, proven, findings }: GateStanding): readonly string[] {
  const how = openMs > 0 ? `open for ${Math.ceil(openMs / 1000)} s` : 'closed';
  const since = proven === undefined ? '' : `, proven ${timeOf(proven.at)} by record ${proven.record}`;
  return [`${gate} on ${machine}: ${state}, ${how}${since}`, ...findings.flatMap(findingLines)];
}

function findingLines({ code, message }: TrustFinding): readonly string[] {
  // An agent of a later version may have codes that are not known here.
  const known = Object.hasOwn(CODES, code) ? [`    ${CODES[code as keyof typeof CODES].remedy}`] : [];
  return [`  ${message} [${code}]`, ...known];
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
