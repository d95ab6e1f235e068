// A network card of the gateway towards plant or Internet, lent to switches and edge routers.
import { z } from 'zod';
import { formatAddress } from '../../runtime/model/address.ts';
import * as fields from '../../runtime/model/fields.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { checkUplink } from './checks.ts';

const config = z.object({
  name: fields.name(),
  gateway: fields.reference(),
  /** Printed label, as in the gateway's hardware node. */
  interface: fields.name('printed label'),
});
export type UplinkConfig = z.infer<typeof config>;

export const uplink: NodeType<UplinkConfig> = {
  type: 'gatewright-uplink',
  version: 1,
  role: 'design',
  config,
  defaults: { name: '', gateway: '', interface: '' },
  references: { gateway: 'gatewright-gateway' },
  accepts: ['segment', 'routed'],
  outputs: () => [],
  facets(node, references) {
    const gateway = references.gateway(node)?.name;
    if (gateway === undefined) return {};
    const address = formatAddress('uplink', gateway, node.config.name);
    return { uplink: { address, gateway, label: node.config.interface } };
  },
  lower(node, scope) {
    const { uplink: own } = scope.facets(node);
    if (own === undefined) return {};
    const card = scope.hardware(own.gateway)?.interfaces.find(one => one.label === own.label);
    checkUplink(node, scope, { ...own, role: card?.role });
    if (card === undefined) return {};
    const spec = { device: card.device, role: card.role };
    return { resources: [{ address: own.address, kind: 'uplink', source: node.source, spec }] };
  },
};
