// The reference flow robot-cell as its users make it real: another back end in both gateways, and a rule is edited.
import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { designFor, emptyDesign, GatewayDesign } from '../../runtime/model/design.ts';
import type { Backend } from '../../runtime/model/gateway.ts';
import { flowText } from '../../scripts/golden.ts';

export const GATEWAYS = ['cell-7', 'cell-8'] as const;
export type GatewayName = (typeof GATEWAYS)[number];
type FlowNode = Readonly<Record<string, unknown>> & { readonly name?: string; readonly type: string };

/**
 * The design of each gateway, as drawn.
 * @param edit  changes a node before it is compiled
 */
export function drawn(
  edit: (node: FlowNode) => FlowNode = node => node,
  backend: Backend = 'linux',
): Readonly<Record<GatewayName, GatewayDesign>> {
  const nodes = JSON.parse(flowText('robot-cell')) as readonly FlowNode[];
  const flow = nodes.map(node => (node.type === 'gatewright-gateway' ? { ...node, backend } : node)).map(edit);
  const { design, diagnostics } = compile(flow, NODE_TYPES);
  assert.deepEqual(diagnostics, []);
  // As it arrives at an agent: plain JSON.
  const of = (gateway: GatewayName) => GatewayDesign.parse(JSON.parse(JSON.stringify(designFor(design, gateway))));
  return { 'cell-7': of('cell-7'), 'cell-8': of('cell-8') };
}

/** The drawing with other ports in the rule that lets vendor A reach the PLC. */
export function drawnWithPorts(ports: string): ReturnType<typeof drawn> {
  return drawn(node => {
    if (node.name !== 'fw-a') return node;
    const rules = (node.rules as readonly object[]).map(rule => ({ ...rule, ports }));
    return { ...node, rules };
  });
}

/** What `gatewright destroy` applies. */
export function emptied(design: GatewayDesign): GatewayDesign {
  return emptyDesign(design.gateway);
}
