// Whose box the new drawing is on: the gateway and the tenant of the flow when it has some, else new ones.
import { type FlowNode, textOf } from '../compile/flow-node.ts';
import type { FlowView } from './flow-view.ts';
import type { FreeNames } from './names.ts';
import type { NewDrawing } from './new-drawing.ts';

export interface Place {
  /** Ids of the config nodes. */
  readonly gateway: string;
  readonly tenant: string;
  readonly gatewayName: string;
}

/** @param wanted  name of a gateway of the flow; the first one when it is not said */
export function placeOf(flow: FlowView, drawing: NewDrawing, names: FreeNames, wanted?: string): Place {
  const gateways = gatewaysOf(flow.nodes);
  const gateway = gateways.find(node => textOf(node, 'name') === wanted) ?? gateways[0];
  const tenant = firstOf(flow, 'gatewright-tenant');
  const gatewayName = (gateway && textOf(gateway, 'name')) || names.take('gateway-1');
  return {
    gatewayName,
    gateway: gateway?.id ?? drawing.add('gateway-1', newGateway(gatewayName)),
    tenant: tenant?.id ?? drawing.add('tenant-1', newTenant(names.take('plant'))),
  };
}

/** Those that are drawn already. */
export function gatewaysOf(nodes: readonly FlowNode[]): readonly FlowNode[] {
  return nodes.filter(({ type }) => type === 'gatewright-gateway');
}

function firstOf(flow: FlowView, type: string): FlowNode | undefined {
  return flow.nodes.find(node => node.type === type);
}

/** WHY simulated: nobody knows yet which box it will be, and a simulated one changes nothing. */
function newGateway(name: string) {
  return {
    ...{ type: 'gatewright-gateway', name, backend: 'simulated', agentSocket: '', hypervisor: 'auto' },
    ...{ tunnelAddress: '', applyMode: 'manual', version: 1 },
  };
}

function newTenant(name: string) {
  return { type: 'gatewright-tenant', name, colour: '#0072b2', contact: '', version: 1 };
}
