// Finds wires that join what does not fit, from what each node type declares. The compiler has the same rule; here it is
// shown while drawing. Wires to and from ordinary Node-RED nodes are always legal: they are taps and commands.

/** What a node type declares about its ports. */
export interface Ports {
  readonly accepts: readonly string[];
  /** Every kind an output of such a node may have. */
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
  /** Kinds of its outputs in their order, where it is known; else any output may be of any kind of its type. */
  readonly kinds?: readonly string[];
  readonly label: string;
}

/** One end of a wire, seen from the other. */
export interface WireEnd {
  readonly node: WiredNode;
  /** Number of the output the wire leaves. */
  readonly port: number;
}

/** The drawing as this rule needs it. */
export interface Drawing {
  /** Where the wires at the outputs of a node end. */
  outgoing(node: WiredNode): readonly WireEnd[];
  /** Where the wires at its input begin. */
  incoming(node: WiredNode): readonly WireEnd[];
}

export interface IllegalWire {
  readonly kinds: readonly string[];
  readonly port: number;
  readonly target: WiredNode;
}

/** The first wire out of this node that joins what does not fit. */
export function illegalWire(node: WiredNode, drawing: Drawing): IllegalWire | undefined {
  if (node.ports === undefined) return undefined;
  for (const { node: target, port } of ends(node, drawing)) {
    const kinds = kindsAt({ node, port }, drawing);
    if (!fits(kinds, target)) return { kinds, port, target };
  }
  return undefined;
}

/** Kinds that may go through a node as it is wired now. */
export function kindsThrough(node: WiredNode, drawing: Drawing): readonly string[] {
  return kindsAt({ node, port: 0 }, drawing);
}

/** Kinds that may leave one output: its own, or for a firewall those that come in (any it accepts, and its own, while nothing does). */
export function kindsAt({ node, port }: WireEnd, drawing: Drawing, seen = new Set<string>()): readonly string[] {
  if (node.ports === undefined || seen.has(node.id)) return [];
  if (!node.ports.passes) {
    const own = node.kinds?.[port];
    return own === undefined ? node.ports.outputs : [own];
  }
  const { outputs } = node.ports;
  const accepted = kindsPassing(node, drawing, seen);
  return accepted.length === 0 ? [...new Set([...passing(node.ports), ...outputs])] : accepted;
}

/** Kinds that go through a firewall because something of the kind is wired to it. */
export function kindsPassing(node: WiredNode, drawing: Drawing, seen = new Set<string>()): readonly string[] {
  if (node.ports?.passes !== true || seen.has(node.id)) return [];
  const may = passing(node.ports);
  seen.add(node.id);
  const incoming = starts(node, drawing).flatMap(source => kindsAt(source, drawing, seen));
  return [...new Set(incoming.filter(kind => may.includes(kind)))];
}

function passing({ accepts, keeps = [] }: Ports): readonly string[] {
  return accepts.filter(kind => !keeps.includes(kind));
}

/** Nodes whose links may go through a node, firewalls before it looked through. */
export function origins(node: WiredNode, drawing: Drawing, seen = new Set<string>()): readonly WiredNode[] {
  if (seen.has(node.id)) return [];
  seen.add(node.id);
  return starts(node, drawing).flatMap(source =>
    source.node.ports?.passes === true ? origins(source.node, drawing, seen) : [source.node],
  );
}

/** Whether a node takes one of these kinds. */
export function fits(kinds: readonly string[], target: WiredNode): boolean {
  return target.ports === undefined || kinds.some(kind => target.ports?.accepts.includes(kind));
}

/** Where wires end, junctions looked through. */
export function ends(node: WiredNode, drawing: Drawing, seen = new Set<string>()): readonly WireEnd[] {
  if (seen.has(node.id)) return [];
  seen.add(node.id);
  return drawing.outgoing(node).flatMap(end => {
    if (end.node.type !== 'junction') return [end];
    return ends(end.node, drawing, seen).map(behind => ({ node: behind.node, port: end.port }));
  });
}

/** Where wires begin, junctions looked through. */
export function starts(node: WiredNode, drawing: Drawing, seen = new Set<string>()): readonly WireEnd[] {
  if (seen.has(node.id)) return [];
  seen.add(node.id);
  return drawing
    .incoming(node)
    .flatMap(start => (start.node.type === 'junction' ? starts(start.node, drawing, seen) : [start]));
}
