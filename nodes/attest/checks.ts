// What can be wrong with an attestation gate and what is drawn through it. Who shall prove something: checks-subject.ts.
import type { Name } from '../../runtime/model/address.ts';
import type { Attachment, DrawnNode, Finding, Scope } from '../../runtime/model/lowering.ts';
import { listed } from '../../runtime/model/plain-text.ts';
import type { AttestConfig } from './config.ts';
import { wholeWires } from './subject.ts';

type Gate = DrawnNode<AttestConfig>;
type Check = (node: Gate, scope: Scope, gateway: Name) => readonly Finding[];

/** Reports what is wrong with the wires of a gate, whoever shall prove something. @param gateway  it is on */
export function checkWires(node: Gate, scope: Scope, gateway: Name): void {
  for (const finding of CHECKS.flatMap(check => check(node, scope, gateway))) scope.report(finding);
}

const elsewhere: Check = (node, scope, gateway) => {
  const links = [...scope.gated(node), ...scope.outgoing(node), ...scope.incoming(node)];
  const ends = [...new Set(links.flatMap(({ from, to }) => [from, to]))].filter(end => end.id !== node.id);
  const foreign = ends.filter(end => {
    const box = scope.facets(end).hardware?.gateway;
    const places = box === undefined ? scope.gateways(end) : [box];
    return places.length > 0 && !places.includes(gateway);
  });
  if (foreign.length === 0) return [];
  const labels = listed(foreign.map(({ label }) => label));
  return [
    {
      code: 'GW_GATE_GATEWAY',
      node,
      field: 'gateway',
      summary: `The gate ${node.label} is on ${gateway}, and ${labels} ${foreign.length === 1 ? 'is' : 'are'} not.`,
      remedy: 'Put it in a wire of its own gateway: what waits is opened by the agent that asks.',
      related: foreign,
    },
  ];
};

const reading: Check = (node, scope) => {
  if (node.config.otherwise !== 'read-only') return [];
  const wholes = wholeWires(node, scope);
  const links = scope.gated(node).filter(link => !wholes.includes(link));
  return [
    ...wholes.map(({ to }) =>
      readOnly(node, `${to.label} waits for ${node.label} as a whole: it is started, or it is not`, [to]),
    ),
    ...links.filter(({ port }) => port.kind !== 'field').map(link => untold(node, link)),
  ];
};

function untold(node: Gate, { from, to }: Attachment): Finding {
  return readOnly(
    node,
    `Between ${from.label} and ${to.label} nobody can tell what reads, so ${node.label} cannot leave them that`,
    [from, to],
  );
}

function readOnly(node: Gate, fact: string, related: readonly DrawnNode[]): Finding {
  return {
    code: 'GW_GATE_READ_ONLY',
    node,
    field: 'otherwise',
    summary: `${fact}.`,
    remedy: 'Choose block.',
    related,
  };
}

const owned: Check = (node, scope) =>
  scope
    .gated(node)
    .filter(({ from }) => scope.facets(from).line?.owned === true)
    .map(({ from }) => ({
      code: 'GW_GATE_DEVICE' as const,
      node,
      summary: `${from.label} is given to a VM as it is, so ${node.label} can hold nothing of it up.`,
      remedy: `Share ${from.label}, or let the whole VM wait for the gate.`,
      related: [from],
    }));

const CHECKS: readonly Check[] = [elsewhere, reading, owned];
