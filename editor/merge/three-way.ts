// Two people changed one drawing: what both want, field by field, and where they want different things. Pure; loses nothing that
// either added or changed.
import { byId, type Choice, type FlowNode, fieldsChanged, namesOf, POSITION, same } from './changes.ts';
import { heal } from './heal.ts';
import { mergeItems } from './items.ts';
import { mergeMembers, mergeWires } from './lists.ts';

/** What somebody began with, and what came of it. */
export interface Side {
  readonly from: readonly unknown[];
  readonly to: readonly unknown[];
}

/** Both changed the same field, or one removed what the other changed. */
export interface Conflict {
  /** Names it in a choice. */
  readonly key: string;
  readonly node: string;
  readonly label: string;
  /** Absent when one removed the node. */
  readonly field?: string;
  /** Of a removed node absent on that side. */
  readonly mine?: unknown;
  readonly theirs?: unknown;
  readonly removedBy?: Choice;
}

export interface Merged {
  readonly flow: readonly FlowNode[];
  readonly conflicts: readonly Conflict[];
}

/** Lists of ids: who adds one and who adds another do not disagree. */
const MEMBERS: ReadonlySet<string> = new Set(['nodes', 'links', 'scope']);

/** @param choices  by the key of a conflict; without one mine stands, and what somebody removed stays */
export function merge(mine: Side, theirs: Side, choices: ReadonlyMap<string, Choice> = new Map()): Merged {
  const sides = { mine: mapsOf(mine), theirs: mapsOf(theirs) };
  const ids = new Set([...sides.theirs.to.keys(), ...sides.mine.to.keys()]);
  const conflicts: Conflict[] = [];
  const flow = [...ids].flatMap(id => mergeNode(id, sides, choices, conflicts) ?? []);
  return { flow: heal(flow, sides.mine.to, sides.theirs.to), conflicts };
}

interface Maps {
  readonly from: ReadonlyMap<string, FlowNode>;
  readonly to: ReadonlyMap<string, FlowNode>;
}
type Sides = Readonly<Record<Choice, Maps>>;

function mapsOf({ from, to }: Side): Maps {
  return { from: byId(from), to: byId(to) };
}

function mergeNode(
  id: string,
  sides: Sides,
  choices: ReadonlyMap<string, Choice>,
  conflicts: Conflict[],
): FlowNode | undefined {
  const mine = sides.mine.to.get(id);
  const theirs = sides.theirs.to.get(id);
  if (mine !== undefined && theirs !== undefined) return mergeFields(mine, theirs, sides, choices, conflicts);
  const [left, keeper] = mine === undefined ? [theirs, 'theirs' as const] : [mine, 'mine' as const];
  const remover = keeper === 'mine' ? 'theirs' : 'mine';
  if (left === undefined || !sides[remover].from.has(id)) return left; // the other never had it
  const before = sides[keeper].from.get(id);
  const meant = before === undefined || fieldsChanged(before, left).some(({ field }) => !POSITION.has(field));
  if (!meant) return undefined;
  conflicts.push({ key: id, ...namesOf(left), [keeper]: left, removedBy: remover });
  return choices.get(id) === remover ? undefined : left;
}

function mergeFields(
  mine: FlowNode,
  theirs: FlowNode,
  sides: Sides,
  choices: ReadonlyMap<string, Choice>,
  conflicts: Conflict[],
): FlowNode {
  const { id } = mine;
  const [myBase, theirBase] = [sides.mine.from.get(id), sides.theirs.from.get(id)];
  const fields = new Map(Object.entries(mine));
  for (const { field, to } of fieldsChanged(theirBase ?? {}, theirs)) {
    const own = mine[field];
    if (same(own, to)) continue;
    if (same(own, myBase?.[field])) put(fields, field, to);
    else if (POSITION.has(field)) continue;
    else if (field === 'wires' && !shrank(myBase, mine) && !shrank(theirBase, theirs))
      fields.set(field, mergeWires(theirBase?.wires, own, to));
    else if (MEMBERS.has(field) && Array.isArray(own) && Array.isArray(to))
      fields.set(field, mergeMembers(listOf(theirBase?.[field]), own, to));
    else {
      const lists = { mine: { from: myBase?.[field], to: own }, theirs: { from: theirBase?.[field], to } };
      // Rows that each have an output cannot be joined where both changed how many there are: wires go by number.
      const items =
        resized(myBase, mine) && resized(theirBase, theirs)
          ? undefined
          : mergeItems(lists, path => choices.get(`${id}.${field}${path}`));
      const open = items?.conflicts ?? [{ path: '', ...present('mine', own), ...present('theirs', to) }];
      for (const { path, ...values } of open)
        conflicts.push({ key: `${id}.${field}${path}`, ...namesOf(mine), field: `${field}${path}`, ...values });
      if (items !== undefined) fields.set(field, items.list);
      else if (choices.get(`${id}.${field}`) === 'theirs') put(fields, field, to);
    }
  }
  return Object.fromEntries(fields) as FlowNode;
}

/** Whether a node has another number of outputs than it had. */
function resized(before: FlowNode | undefined, after: FlowNode): boolean {
  return listOf(before?.wires).length !== listOf(after.wires).length;
}

function shrank(before: FlowNode | undefined, after: FlowNode): boolean {
  return listOf(after.wires).length < listOf(before?.wires).length;
}

function put(fields: Map<string, unknown>, field: string, value: unknown): void {
  if (value === undefined) fields.delete(field);
  else fields.set(field, value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function present(side: Choice, value: unknown): Partial<Conflict> {
  return value === undefined ? {} : { [side]: value };
}
