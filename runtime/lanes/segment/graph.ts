// What a lane does with frames, as a graph of nodes and wires: plain JSON, strict and bounded, whoever made it. The flow of
// the editor is lowered to this; generated code and the interpreter both run it.
import { z } from 'zod';
import { FilterProgram } from '../filter/ir.ts';
import { SLOT } from '../memory/layout.ts';

/** Most nodes of one graph. */
export const MOST_NODES = 256;

const U8 = z.number().int().min(0).max(0xff);
const U32 = z.number().int().min(0).max(0xffff_ffff);
/** Identifies the node in counters and swaps; never part of generated code. */
const NodeId = z.string().min(1).max(200);

export const LaneNode = z.discriminatedUnion('kind', [
  /** Where frames come in, from a ring. */
  z.strictObject({
    id: NodeId,
    kind: z.literal('port-in'),
    /** Nobody else reads the frames of this ring, and a frame may come twice after a crash without harm when it was written to. */
    exclusive: z.boolean(),
  }),
  /**
   * Output 0: what is accepted. Output 1: what is rejected, tagged with the byte to answer with; unwired it is dropped. Output 2,
   * beside these: what a rule with `log` decided, tagged so that `decisionOfTag` says how.
   */
  z.strictObject({ id: NodeId, kind: z.literal('filter'), program: FilterProgram }),
  /** Does nothing but be counted. */
  z.strictObject({ id: NodeId, kind: z.literal('count') }),
  /** Puts a number on the frame, in its head. */
  z.strictObject({ id: NodeId, kind: z.literal('mark'), mark: U32 }),
  /** Writes `value` where `mask` has ones, from byte `at` on; a frame that ends before is dropped as malformed. */
  z
    .strictObject({
      id: NodeId,
      kind: z.literal('rewrite'),
      at: z.number().int().min(0).max(SLOT.dataBytes),
      mask: z.array(U8).min(1).max(64),
      value: z.array(U8).min(1).max(64),
    })
    .refine(node => node.mask.length === node.value.length, 'as many bytes of the value as of the mask')
    .refine(node => node.value.every((byte, at) => (byte & ~(node.mask[at] ?? 0)) === 0), 'the value leaves the mask'),
  /** Shortens frames to a length. */
  z.strictObject({ id: NodeId, kind: z.literal('cut'), length: z.number().int().min(0).max(SLOT.dataBytes) }),
  z.strictObject({ id: NodeId, kind: z.literal('fan-out') }),
  z.strictObject({ id: NodeId, kind: z.literal('merge') }),
  /** Where every `every`th frame that the program accepts is shown to ordinary nodes. Never holds anything up. */
  z.strictObject({
    id: NodeId,
    kind: z.literal('tap'),
    every: z.number().int().min(1).max(1_000_000),
    program: FilterProgram.optional(),
  }),
  /** Where frames leave the lane. */
  z.strictObject({ id: NodeId, kind: z.literal('port-out') }),
]);
export type LaneNode = z.infer<typeof LaneNode>;
export type LaneNodeKind = LaneNode['kind'];
export type NodeOf<K extends LaneNodeKind> = Extract<LaneNode, { kind: K }>;

/** Number of the output of a filter for what is logged. */
export const LOGGED = 2;

/** Carries frames from an output of a node to another node. */
export const LaneWire = z.strictObject({
  from: NodeId,
  output: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  to: NodeId,
});
export type LaneWire = z.infer<typeof LaneWire>;

export const LaneGraph = z.strictObject({
  nodes: z.array(LaneNode).max(MOST_NODES),
  wires: z.array(LaneWire).max(4 * MOST_NODES),
});
export type LaneGraph = z.infer<typeof LaneGraph>;

/** What a kind of node does to frames, and which wires it has. The compiler asks nothing else of a kind. */
export interface KindFacts {
  /** Looks at the bytes. */
  readonly reads: boolean;
  /** Changes bytes or head. */
  readonly writes: boolean;
  /** Changes the length. */
  readonly resizes: boolean;
  readonly outputs: 0 | 1 | 3;
  readonly hasInput: boolean;
}

const facts = (outputs: 0 | 1 | 3, does: Partial<KindFacts> = {}): KindFacts => ({
  ...{ reads: false, writes: false, resizes: false, hasInput: true, outputs },
  ...does,
});

export const KIND_FACTS: Readonly<Record<LaneNodeKind, KindFacts>> = {
  'port-in': facts(1, { hasInput: false }),
  filter: facts(3, { reads: true }),
  count: facts(1),
  mark: facts(1, { writes: true }),
  rewrite: facts(1, { reads: true, writes: true }),
  cut: facts(1, { resizes: true }),
  'fan-out': facts(1),
  merge: facts(1),
  tap: facts(0, { reads: true }),
  'port-out': facts(0, { reads: true }),
};
