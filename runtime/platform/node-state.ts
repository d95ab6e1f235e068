// What a node on the canvas shows: the worst state among the resources it draws, in at most 24 characters. Pure.
import type { Address } from '../model/address.ts';
import type { GateStanding } from '../model/attestation.ts';
import type { Design } from '../model/design.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { BackendLabel } from '../model/gateway.ts';
import type { Action } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';
import { gateState } from './gate-state.ts';
import type { NodeState, ResourceState } from './platform-port.ts';
import type { PolicingNodes } from './policing-nodes.ts';

/** Worst first. */
const SEVERITY: readonly ResourceState[] = ['blocked', 'changing', 'drift', 'unknown', 'planned', 'running'];
const PLANNED_TEXT: Readonly<Record<Action, string>> = {
  create: 'planned',
  update: 'change planned',
  replace: 'rebuild planned',
  remove: 'removal planned',
};

/** What is known of one resource. */
export interface ResourceSign {
  readonly state: ResourceState;
  readonly action?: Action | undefined;
  readonly label?: BackendLabel | undefined;
  /** Of an attestation gate, as far as it was told. */
  readonly standing?: GateStanding | undefined;
}

/** Which resources each node draws, by the node's id or subflow path. */
export type NodeIndex = ReadonlyMap<string, readonly Address[]>;

/** Reads the index off a design: where each resource was drawn, and which firewalls stand in its links. */
export function indexNodes(design: Design, policing: PolicingNodes = new Map()): NodeIndex {
  const index = new Map<string, Address[]>();
  for (const resource of Object.values(design.resources)) {
    const nodes = new Set([resource.source.node, ...firewallsOf(resource).flatMap(name => policing.get(name) ?? [])]);
    for (const node of nodes) index.set(node, [...(index.get(node) ?? []), resource.address]);
  }
  return index;
}

/** Names of the firewalls whose rules a policy or a proxy holds. */
function firewallsOf(resource: Resource): readonly string[] {
  if (resource.kind === 'policy') return (resource as Resource<'policy'>).spec.links.map(link => link.firewall);
  return resource.kind === 'proxy' ? (resource as Resource<'proxy'>).spec.guards.map(guard => guard.firewall) : [];
}

/** The kind a node speaks of: a VM's node draws ports too, but people think of the VM. */
export function mainKind(design: Design, addresses: readonly Address[]): Resource['kind'] | undefined {
  const kinds = addresses.flatMap(address => design.resources[address]?.kind ?? []);
  return kinds.includes('vm') ? 'vm' : kinds[0];
}

/** Nodes with an error, by id. */
export function faultyNodes(diagnostics: readonly Diagnostic[]): ReadonlySet<string> {
  const errors = diagnostics.filter(diagnostic => diagnostic.severity === 'error');
  return new Set(errors.flatMap(({ source, related }) => [source, ...(related ?? [])].map(place => place.node)));
}

/** The state a node shows for its resources; `undefined` when it has none. @param nowMs  Unix time in ms */
export function nodeStateOf(
  signs: readonly ResourceSign[],
  kind: Resource['kind'] | undefined,
  nowMs: number,
): NodeState | undefined {
  const state = SEVERITY.find(candidate => signs.some(sign => sign.state === candidate));
  const sign = signs.find(candidate => candidate.state === state);
  if (state === undefined || sign === undefined) return undefined;
  const standing = signs.find(candidate => candidate.standing !== undefined)?.standing;
  const shown =
    state === 'running' && standing !== undefined ? gateState(standing, nowMs) : { state, text: textOf(sign, kind) };
  return { ...shown, text: shown.text.slice(0, 24) };
}

/** What a node with an error shows. */
export const FAULTY: NodeState = { state: 'blocked', text: 'see finding' };

function textOf(sign: ResourceSign, kind: Resource['kind'] | undefined): string {
  switch (sign.state) {
    case 'planned':
      return PLANNED_TEXT[sign.action ?? 'create'];
    case 'running':
      return withLabel(kind === 'vm' ? 'running' : 'in place', sign.label);
    case 'changing':
      return 'changing';
    case 'drift':
      return 'drift';
    case 'blocked':
      return 'step failed';
    case 'unknown':
      return 'gateway away';
  }
}

/** Real is what people expect; anything else is said. */
function withLabel(text: string, label: BackendLabel | undefined): string {
  return label === undefined || label === 'real' ? text : `${text}, ${label}`;
}
