// One box: how it is realized and how it is reached. Its hardware is drawn by another node.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import { Backend, type GatewaySpec, HypervisorChoice } from '../../runtime/model/gateway.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';

const config = z.object({
  name: fields.name(),
  backend: Backend,
  agentSocket: fields.pattern(
    /^(?:|\/[\x21-\x7e]{1,99})$/,
    'the path of a socket',
    'Write an absolute path of at most 100 characters, or leave it empty.',
  ),
  hypervisor: HypervisorChoice,
  tunnelAddress: fields.optionalIpv4(),
  applyMode: fields.choice(['manual']),
});
type GatewayConfig = z.infer<typeof config>;

export const gateway: NodeType<GatewayConfig> = {
  type: 'gatewright-gateway',
  version: 1,
  role: 'config',
  config,
  defaults: {
    name: '',
    backend: 'simulated',
    agentSocket: '',
    hypervisor: 'auto',
    tunnelAddress: '',
    applyMode: 'manual',
  },
  references: {},
  accepts: [],
  outputs: () => [],
  facets: node => ({ gateway: specOf(node.config) }),
};

function specOf({ name, backend, agentSocket, hypervisor, tunnelAddress }: GatewayConfig): GatewaySpec {
  return {
    name,
    backend,
    ...(backend === 'linux' ? { agentSocket: agentSocket || `/run/gatewright/${name}.sock` } : {}),
    ...(backend === 'embedded' && hypervisor !== 'auto' ? { hypervisor } : {}),
    ...(tunnelAddress === '' ? {} : { tunnelAddress }),
  };
}
