// What plans would do to what stands on the canvas, node by node. Pure.
import type { Action, Plan, Step } from '../../runtime/model/plan.ts';

export interface PlannedChange {
  /** Of several at one node, the one that takes most away. */
  readonly action: Action;
  /** Each step with its sign and its reason. */
  readonly texts: readonly string[];
}

export interface PlannedChanges {
  /** By node. */
  readonly nodes: ReadonlyMap<string, PlannedChange>;
  /** What is drawn no more, or stands on no node. */
  readonly elsewhere: readonly Pick<Step, 'action' | 'address' | 'reason'>[];
}

export const NO_CHANGES: PlannedChanges = { nodes: new Map(), elsewhere: [] };

/** As plans in words have them, short. */
export const SIGNS: Readonly<Record<Action, string>> = { create: '+', update: '~', replace: '±', remove: '−' };

const WORST: readonly Action[] = ['remove', 'replace', 'update', 'create'];

/**
 * Sorts steps by the nodes they come from.
 * @param isDrawn  whether there is such a node now; of a path into a subflow, its instance and the node in the template are both marked
 */
export function plannedChanges(
  plans: readonly Pick<Plan, 'steps'>[],
  isDrawn: (node: string) => boolean,
): PlannedChanges {
  const nodes = new Map<string, PlannedChange>();
  const elsewhere: Step[] = [];
  for (const step of plans.flatMap(({ steps }) => steps)) {
    const drawn = (step.source?.node.split('/') ?? []).filter(isDrawn);
    if (drawn.length === 0) elsewhere.push(step);
    for (const id of new Set(drawn)) nodes.set(id, joined(nodes.get(id), step));
  }
  return { nodes, elsewhere };
}

function joined(before: PlannedChange | undefined, { action, address, reason }: Step): PlannedChange {
  const text = `${SIGNS[action]} ${address} ${reason}`;
  const worst = WORST.find(candidate => candidate === before?.action || candidate === action) ?? action;
  return { action: worst, texts: [...(before?.texts ?? []), text] };
}
