// The edge router that tenants share: one leg for each switch, each with routing of its own. Knows nothing of namespaces.
import type { Attachment, DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { police } from '../../runtime/model/police.ts';
import { checkRouter } from './checks.ts';
import { EdgeConfig } from './config.ts';
import { drawLeg, type Leg } from './leg.ts';

export const edge: NodeType<EdgeConfig> = {
  type: 'gatewright-edge',
  version: 1,
  role: 'design',
  config: EdgeConfig,
  defaults: {
    name: '',
    was: '',
    nat: true,
    dhcp: true,
    leaseSeconds: 3600,
    dns: '',
    defaultGateway: '',
    outside: [],
    routes: [],
  },
  references: {},
  accepts: ['segment'],
  outputs: () => [{ name: 'cloud', kind: 'routed' }],
  facets: node => ({ router: { name: node.config.name } }),
  gateways: (node, scope) => scope.outgoing(node).flatMap(one => scope.gateways(one.to)),
  lower(node, scope) {
    checkRouter(node, scope);
    const [exit] = scope.outgoing(node);
    const legs = exit === undefined ? [] : scope.incoming(node).flatMap(entry => legOf(node, scope, entry, exit));
    return {
      resources: legs.map(leg => leg.draft),
      links: legs.flatMap(leg => police([leg.entry, leg.exit], scope, leg.place)),
    };
  },
};

function legOf(node: DrawnNode<EdgeConfig>, scope: Scope, entry: Attachment, exit: Attachment): readonly Leg[] {
  const { segment } = scope.facets(entry.from);
  const { uplink } = scope.facets(exit.to);
  if (segment === undefined || uplink === undefined) return [];
  const leg = drawLeg(node, scope, { entry, exit, segment, uplink });
  return leg === undefined ? [] : [leg];
}
