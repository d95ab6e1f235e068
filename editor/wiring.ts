// Finds wires that join what does not fit, from what each node type declares. The compiler has the same rule; here it is
// shown while drawing. Wires to and from ordinary Node-RED nodes are always legal: they are taps and commands.

/** What a node type declares about its ports. */
export interface Ports {
  readonly accepts: readonly string[];
  readonly outputs: readonly string[];
  readonly passes: boolean;
  /** Kinds that end at a node that passes others. */
  readonly keeps?: readonly string[];
}

export interface WiredNode {
  readonly id: string;
  readonly type: string;
  /** `undefined` for a node that is not ours. */
  readonly ports: Ports | undefined;
  readonly label: string;
}

/** The drawing as this rule needs it. */
export interface Drawing {
  targets(node: WiredNode): readonly WiredNode[];
  sources(node: WiredNode): readonly WiredNode[];
}

export interface IllegalWire {
  readonly kinds: readonly string[];
  readonly target: WiredNode;
}

/** The first wire out of this node that joins what does not fit. */
export function illegalWire(node: WiredNode, drawing: Drawing): IllegalWire | undefined {
  if (node.ports === undefined) return undefined;
  const kinds = kindsOut(node, drawing, new Set());
  const wrong = ends(node, drawing, new Set()).find(target => !fits(kinds, target));
  return wrong === undefined ? undefined : { kinds, target: wrong };
}

/** Kinds that may go through a node as it is wired now. */
export function kindsThrough(node: WiredNode, drawing: Drawing): readonly string[] {
  return kindsOut(node, drawing, new Set());
}

/** Nodes whose links may go through a node, firewalls before it looked through. */
export function origins(node: WiredNode, drawing: Drawing, seen = new Set<string>()): readonly WiredNode[] {
  if (seen.has(node.id)) return [];
  seen.add(node.id);
  return starts(node, drawing, new Set()).flatMap(source =>
    source.ports?.passes === true ? origins(source, drawing, seen) : [source],
  );
}

function fits(kinds: readonly string[], target: WiredNode): boolean {
  return target.ports === undefined || kinds.some(kind => target.ports?.accepts.includes(kind));
}

/** Kinds that leave a node: its own, or for a firewall those that come in (any it accepts, and its own, while nothing does). */
function kindsOut(node: WiredNode, drawing: Drawing, seen: Set<string>): readonly string[] {
  if (node.ports === undefined || seen.has(node.id)) return [];
  if (!node.ports.passes) return node.ports.outputs;
  seen.add(node.id);
  const incoming = starts(node, drawing, new Set()).flatMap(source => kindsOut(source, drawing, seen));
  const { accepts, outputs, keeps = [] } = node.ports;
  const passing = accepts.filter(kind => !keeps.includes(kind));
  const accepted = incoming.filter(kind => passing.includes(kind));
  return accepted.length === 0 ? [...new Set([...passing, ...outputs])] : [...new Set(accepted)];
}

/** Where wires end, junctions looked through. */
function ends(node: WiredNode, drawing: Drawing, seen: Set<string>): readonly WiredNode[] {
  return through(node, next => drawing.targets(next), seen);
}

/** Where wires begin, junctions looked through. */
function starts(node: WiredNode, drawing: Drawing, seen: Set<string>): readonly WiredNode[] {
  return through(node, next => drawing.sources(next), seen);
}

function through(node: WiredNode, next: (node: WiredNode) => readonly WiredNode[], seen: Set<string>): WiredNode[] {
  if (seen.has(node.id)) return [];
  seen.add(node.id);
  return next(node).flatMap(found => (found.type === 'junction' ? through(found, next, seen) : [found]));
}
