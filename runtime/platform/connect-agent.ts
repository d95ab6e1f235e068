// How a gateway's agent is reached: in this process when one of our driver sets realizes its back end here (simulated,
// embedded), over its unix socket on Linux, not at all otherwise.
import { createAgent } from '../agent/agent.ts';
import { connectAgent } from '../agent/client.ts';
import type { DriverSet } from '../host/driver-set.ts';
import type { Host } from '../host/host.ts';
import type { Agent } from '../model/agent.ts';
import { GatewrightError } from '../model/errors.ts';
import type { GatewaySpec } from '../model/gateway.ts';

export interface AgentWorld {
  readonly host: Host;
  /** Back ends that run in this process. */
  readonly driverSets: readonly DriverSet[];
  /** Folder with one folder per gateway of this process. */
  readonly stateDirectory: string;
  readonly version: string;
  readonly now: () => number;
}

/** Where the agent of a Linux gateway listens when the drawing does not say. */
export function agentSocketOf(spec: GatewaySpec): string {
  return spec.agentSocket ?? `/run/gatewright/${spec.name}.sock`;
}

/**
 * Connects to the agent of a gateway.
 * @throws GatewrightError GW_BACKEND_UNAVAILABLE, and whatever the agent says when it cannot start
 */
export async function connectToAgent(spec: GatewaySpec, world: AgentWorld): Promise<Agent> {
  const own = world.driverSets.filter(set => set.backend === spec.backend);
  if (own.length > 0)
    return createAgent({
      gateway: spec.name,
      backend: spec.backend,
      driverSets: own,
      host: world.host,
      stateDirectory: `${world.stateDirectory}/${spec.name}`,
      now: world.now,
      version: world.version,
    });
  if (spec.backend === 'linux') return connectAgent(agentSocketOf(spec));
  throw new GatewrightError(
    'GW_BACKEND_UNAVAILABLE',
    `the ${spec.backend} back end is not available yet; choose simulated or linux in the gateway node`,
  );
}
