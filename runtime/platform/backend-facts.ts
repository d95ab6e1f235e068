// What a gateway could do with another back end: asked of its drivers over an empty folder of their own, or of the agent.
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { connectBackend } from '../agent/backend.ts';
import { connectAgent } from '../agent/client.ts';
import type { DriverFacts } from '../model/driver.ts';
import type { GatewaySpec } from '../model/gateway.ts';
import { type AgentWorld, agentSocketOf, settingsFor } from './connect-agent.ts';

/**
 * Facts of the drivers that would realize a gateway. Changes nothing of it and starts nothing.
 * @throws GatewrightError what a driver finds missing here, GW_AGENT_AWAY when no agent answers, GW_KIND_UNSUPPORTED
 */
export async function factsOf(spec: GatewaySpec, world: AgentWorld): Promise<readonly DriverFacts[]> {
  const own = world.driverSets.filter(set => set.backend === spec.backend);
  if (spec.backend === 'linux' && own.length === 0) return factsOfAgent(agentSocketOf(spec));
  // A name that nobody can have prepared.
  const stateDirectory = `${tmpdir()}/gatewright-facts-${randomUUID()}`;
  const options = { gateway: spec.name, backend: spec.backend, driverSets: own, stateDirectory };
  const { host, version, now } = world;
  const settings = settingsFor(spec, world);
  try {
    const backend = await connectBackend({ ...options, settings, host, version, dormant: true }, now);
    await backend.close();
    return backend.facts;
  } finally {
    await host.remove(stateDirectory);
  }
}

async function factsOfAgent(socketPath: string): Promise<readonly DriverFacts[]> {
  const agent = await connectAgent(socketPath);
  try {
    return (await agent.info()).facts;
  } finally {
    await agent.close();
  }
}
