// Adds a drawing to the one in the editor, in one step of undo. Everything that was there stays.
import type { Conversion } from '../../runtime/convert/conversion.ts';

/** What becomes of nodes that were there. */
export interface Replacing {
  /** Ids of nodes that are switched off. */
  readonly off: readonly string[];
  /** Ids of nodes that are taken out. */
  readonly gone: readonly string[];
}

export function addDrawing(
  { added, wires }: Pick<Conversion, 'added' | 'wires'>,
  { off, gone }: Replacing = { off: [], gone: [] },
): void {
  const dirty = RED.nodes.dirty();
  const { nodes, links, workspaces } = RED.nodes.import(structuredClone(added), {
    generateIds: false,
    markChanged: true,
    // Else everything would come onto the tab that is looked at.
    reimport: true,
  });
  const joining = joiningLinks({ added, wires });
  for (const link of joining) RED.nodes.addLink(link);
  const ids = nodes.map(({ id }) => id);
  const add = {
    t: 'add',
    nodes: ids,
    links: [...links, ...joining],
    groups: [],
    junctions: [],
    workspaces,
    subflows: [],
    dirty,
  };
  RED.history.push({ t: 'multi', events: [add, ...off.flatMap(switchOff), ...takeOut(gone)], dirty });
  RED.nodes.dirty(true);
  RED.view.redraw(true);
  const first = nodes.find(node => node.type === 'gatewright-bus') ?? nodes.find(({ x }) => x !== undefined);
  if (first !== undefined) RED.view.reveal(first.id);
}

/** Links between what was there and what is new: an import makes those among new nodes only. */
function joiningLinks({ added, wires }: Pick<Conversion, 'added' | 'wires'>): readonly EditorLink[] {
  const isNew = new Set(added.map(({ id }) => id));
  const out = added.flatMap(({ id, wires: own }) =>
    outputsOf(own).flatMap((targets, port) => targets.flatMap(to => (isNew.has(to) ? [] : [{ from: id, port, to }]))),
  );
  return [...wires, ...out].flatMap(({ from, port, to }) => {
    const [source, target] = [RED.nodes.node(from), RED.nodes.node(to)];
    return source && target ? [{ source, sourcePort: port, target }] : [];
  });
}

function outputsOf(wires: unknown): readonly (readonly string[])[] {
  return Array.isArray(wires) ? (wires as readonly (readonly string[])[]) : [];
}

/** As Node-RED's own action does it. */
function switchOff(id: string): readonly EditorHistoryEvent[] {
  const node = RED.nodes.node(id);
  if (!node || node.d === true) return [];
  const event = { t: 'edit', node, changed: node.changed === true, changes: { d: node.d } };
  node.d = true;
  node.dirty = true;
  node.changed = true;
  RED.events.emit('nodes:change', node);
  return [event];
}

/** As somebody does it with the keyboard. */
function takeOut(ids: readonly string[]): readonly EditorHistoryEvent[] {
  const nodes = ids.flatMap(id => RED.nodes.node(id) ?? []);
  if (nodes.length === 0) return [];
  const links = nodes.flatMap(({ id }) => RED.nodes.remove(id).links);
  return [{ t: 'delete', nodes, links }];
}
