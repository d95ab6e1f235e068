// Which node types could stand at the open end of a wire: those whose ports fit, as the types declare them. Pure.
import { type Drawing, ends, kindsAt, type Ports, starts, type WiredNode, type WireEnd } from '../wiring.ts';

/** A node type, as far as a wire may concern it. */
export interface Offer {
  /** `undefined` for a type that is not ours. */
  readonly ports: OfferedPorts | undefined;
  readonly inputs: number;
  readonly outputs: number;
}

export interface OfferedPorts extends Ports {
  /** Kinds of the outputs of a fresh node in their order: a wire takes the first. */
  readonly freshOutputs: readonly string[];
  readonly takesMessages: boolean;
}

/** What an open end asks of a node there. */
export type Asks = (offer: Offer) => boolean;

/** Whatever could be wired at all. */
const anyInput: Asks = ({ ports, inputs }) => ports !== undefined || inputs > 0;

/** Follows an output. `undefined` = nothing is known of what it carries: a subflow, a junction that nothing is wired to. */
export function whatFollows(end: WireEnd, drawing: Drawing): Asks | undefined {
  const origins = end.node.type === 'junction' ? starts(end.node, drawing) : [end];
  if (origins.length === 0 || origins.some(({ node }) => isSubflow(node))) return undefined;
  const each = origins.map(origin => follows(origin, drawing));
  return offer => anyInput(offer) && each.every(asks => asks(offer));
}

function follows(origin: WireEnd, drawing: Drawing): Asks {
  if (origin.node.ports === undefined) return ({ ports }) => ports === undefined || takesMessages(ports);
  const kinds = kindsAt(origin, drawing);
  return ({ ports }) => ports === undefined || kinds.some(kind => ports.accepts.includes(kind));
}

/** Precedes an input. `undefined` as in {@link whatFollows}. */
export function whatPrecedes(node: WiredNode, drawing: Drawing): Asks | undefined {
  const targets = node.type === 'junction' ? ends(node, drawing).map(end => end.node) : [node];
  if (targets.length === 0 || targets.some(isSubflow)) return undefined;
  return offer => targets.every(target => precedes(target, offer));
}

function precedes(target: WiredNode, { ports, outputs }: Offer): boolean {
  if (ports === undefined) return outputs > 0 && (target.ports === undefined || takesMessages(target.ports));
  const kinds = ports.passes ? passedOn(ports) : ports.freshOutputs.slice(0, 1);
  return target.ports === undefined ? kinds.length > 0 : kinds.some(kind => target.ports?.accepts.includes(kind));
}

function passedOn({ accepts, keeps = [], outputs }: Ports): readonly string[] {
  return [...accepts.filter(kind => !keeps.includes(kind)), ...outputs];
}

function takesMessages(ports: Ports & Partial<OfferedPorts>): boolean {
  return ports.takesMessages === true || ports.accepts.includes('message');
}

function isSubflow({ type }: WiredNode): boolean {
  return type.startsWith('subflow');
}
