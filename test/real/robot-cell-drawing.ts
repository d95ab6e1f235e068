// The reference flow robot-cell as its users make it real: another back end in both gateways, and a rule is edited.
import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { designFor, emptyDesign, GatewayDesign } from '../../runtime/model/design.ts';
import type { Backend } from '../../runtime/model/gateway.ts';
import { flowText } from '../../scripts/golden.ts';

export const GATEWAYS = ['cell-7', 'cell-8'] as const;
export type GatewayName = (typeof GATEWAYS)[number];
export type FlowNode = Readonly<Record<string, unknown>> & { readonly name?: string; readonly type: string };

/**
 * The design of each gateway, as drawn.
 * @param edit  changes a node before it is compiled
 * @param more  nodes that are drawn beside those of the flow
 */
export function drawn(
  edit: (node: FlowNode) => FlowNode = node => node,
  backend: Backend = 'linux',
  more: readonly FlowNode[] = [],
): Readonly<Record<GatewayName, GatewayDesign>> {
  const nodes = JSON.parse(flowText('robot-cell')) as readonly FlowNode[];
  const flow = nodes.map(node => (node.type === 'gatewright-gateway' ? { ...node, backend } : node)).map(edit);
  flow.push(...more);
  const { design, diagnostics } = compile(flow, NODE_TYPES);
  assert.deepEqual(diagnostics, []);
  // As it arrives at an agent: plain JSON.
  const of = (gateway: GatewayName) => GatewayDesign.parse(JSON.parse(JSON.stringify(designFor(design, gateway))));
  return { 'cell-7': of('cell-7'), 'cell-8': of('cell-8') };
}

/** The drawing with other ports in the rule that lets vendor A reach the PLC. @param more  as for {@link drawn} */
export function drawnWithPorts(ports: string, more: readonly FlowNode[]): ReturnType<typeof drawn> {
  const edit = (node: FlowNode) => {
    if (node.name !== 'fw-a') return node;
    const rules = (node.rules as readonly object[]).map(rule => ({ ...rule, ports }));
    return { ...node, rules };
  };
  return drawn(edit, 'linux', more);
}

/** A Modbus line of cell-7 that both vendors share: vendor A reads behind a firewall, vendor B does as it likes. */
export function drawnLine(port: string): readonly FlowNode[] {
  const at = (id: string, x: number, y: number, ...wires: readonly string[]) => ({
    ...{ id, z: 'robotCellTab', was: '', version: 2, x, y, wires: [wires] },
  });
  const settings = { path: port };
  return [
    {
      ...at('bus-ring', 600, 600, 'firewall-ring-guard', 'vmB7'),
      ...{ type: 'gatewright-bus', name: 'ring', gateway: 'gatewayCell7', protocol: 'modbus', settings },
      ...{ messages: 'none', taps: 'frames' },
    },
    {
      ...at('firewall-ring-guard', 750, 560, 'vmA7'),
      ...{ type: 'gatewright-firewall', name: 'ring-guard', rules: [], canRules: [] },
      modbusRules: [{ id: 'read-all', action: 'accept', functions: 'read' }],
    },
  ];
}

/** What `gatewright destroy` applies. */
export function emptied(design: GatewayDesign): GatewayDesign {
  return emptyDesign(design.gateway);
}
