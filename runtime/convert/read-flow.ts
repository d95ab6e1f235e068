// Finds what a flow has of other packs, and who uses which line.
import { type FlowNode, textOf } from '../compile/flow-node.ts';
import type { FlowView } from './flow-view.ts';
import { textField } from './foreign-fields.ts';
import type { ForeignType, LineReading, NoReading, UseReading } from './foreign-type.ts';
import { notConverted } from './foreign-type.ts';

export interface FoundUse {
  readonly node: FlowNode;
  readonly reading: UseReading;
}

export interface FoundLine {
  readonly node: FlowNode;
  readonly reading: LineReading;
  /** Others that lead to the same device. */
  readonly same: readonly FlowNode[];
  readonly uses: readonly FoundUse[];
  /** What hangs on it and has no counterpart. */
  readonly others: readonly FlowNode[];
}

export interface FoundRest {
  readonly node: FlowNode;
  readonly reading: NoReading;
}

export interface Found {
  readonly lines: readonly FoundLine[];
  readonly rest: readonly FoundRest[];
}

const UNUSED: NoReading = { is: 'none', outcome: 'kept', why: 'Nothing that is switched on uses it.' };

/** @param types  that are known, of other packs */
export function readFlow(flow: FlowView, types: readonly ForeignType[]): Found {
  const byType = new Map(types.map(type => [type.type, type]));
  const all = flow.nodes.flatMap(node => {
    const type = byType.get(node.type);
    return type === undefined || flow.isOff(node) ? [] : [{ node, type, reading: type.read(node, flow) }];
  });
  const sound = new Map(
    all.flatMap(({ node, reading }) => (reading.is === 'line' ? [[node.id, reading] as const] : [])),
  );
  const users = Map.groupBy(
    all.filter(({ type }) => type.line !== undefined),
    ({ node, type }) => textField(node, type.line ?? ''),
  );
  const devices = Map.groupBy(sound, ([, { protocol, device }]) => `${protocol} ${device}`);
  const lines = [...devices.values()].flatMap(group => {
    const own = group.flatMap(([id]) => users.get(id) ?? []);
    const uses = own.flatMap(({ node, reading: use }) => (use.is === 'use' ? [{ node, reading: use }] : []));
    const others = own.flatMap(({ node, reading: use }) => (use.is === 'none' ? [node] : []));
    const used = group.filter(([id]) => users.has(id));
    const nodes = used.flatMap(([id]) => flow.node(id) ?? []);
    const [[, reading] = [], [node, ...same]] = [used[0], nodes];
    return node === undefined || reading === undefined || uses.length === 0
      ? []
      : [{ node, same, reading, uses, others }];
  });
  const drawn = new Set(
    lines.flatMap(({ node, same, uses }) => [node.id, ...same.map(one => one.id), ...uses.map(use => use.node.id)]),
  );
  const rest = all.filter(({ node }) => !drawn.has(node.id));
  return { lines, rest: rest.map(({ node, type, reading }) => ({ node, reading: whyNot(node, type, reading, flow) })) };
}

function whyNot(
  node: FlowNode,
  type: ForeignType,
  reading: ReturnType<ForeignType['read']>,
  flow: FlowView,
): NoReading {
  if (reading.is === 'none') return reading;
  if (reading.is === 'line') return UNUSED;
  const line = flow.node(textField(node, type.line ?? ''));
  if (line === undefined)
    return notConverted('The flow does not have the node with its connection. Export both together.');
  return notConverted(`Its connection ${labelOf(line)} could not be converted. See what is said of that.`);
}

/** What people call a node. */
export function labelOf(node: FlowNode): string {
  return textOf(node, 'name')?.trim() || node.type;
}
