// How a gateway's agent is reached: in this process when one of our driver sets realizes its back end here (simulated,
// embedded), over its unix socket on Linux, not at all otherwise. Where another process runs the agent of such a gateway
// already, as the editor does while it is open, that one is asked.
import { createAgent, type LocalAgent } from '../agent/agent.ts';
import { sharedBoxOf } from '../agent/claims/shared-box.ts';
import { connectAgent } from '../agent/client.ts';
import { serveAgent } from '../agent/server.ts';
import type { DriverSet } from '../host/driver-set.ts';
import type { Host } from '../host/host.ts';
import type { Agent } from '../model/agent.ts';
import { GatewrightError, isGatewrightError, messageOf } from '../model/errors.ts';
import type { GatewaySpec } from '../model/gateway.ts';

export interface AgentWorld {
  readonly host: Host;
  /** Back ends that run in this process. */
  readonly driverSets: readonly DriverSet[];
  /** Folder with one folder per gateway of this process. */
  readonly stateDirectory: string;
  readonly version: string;
  readonly now: () => number;
  /** Handed to the drivers of this process, for example `imageDirectory`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether other processes may ask the agents of this one; only for a process that stays. */
  readonly serve?: boolean;
}

/** Where the agent of a Linux gateway listens when the drawing does not say. */
export function agentSocketOf(spec: GatewaySpec): string {
  return spec.agentSocket ?? `/run/gatewright/${spec.name}.sock`;
}

/** Where the agent of a gateway that no host realizes listens: in its own folder. */
export const SOCKET_FILE = 'agent.sock';
export function socketIn(stateDirectory: string): string {
  return `${stateDirectory}/${SOCKET_FILE}`;
}

/**
 * Connects to the agent of a gateway.
 * @throws GatewrightError GW_BACKEND_UNAVAILABLE, and whatever the agent says when it cannot start
 */
export async function connectToAgent(spec: GatewaySpec, world: AgentWorld): Promise<Agent> {
  const own = world.driverSets.filter(set => set.backend === spec.backend);
  if (spec.backend === 'linux' && own.length === 0) return connectAgent(agentSocketOf(spec));
  const met = await meet(spec, world);
  if (met !== undefined) return met;
  if (own.length > 0) return start(spec, own, world);
  throw new GatewrightError(
    'GW_BACKEND_UNAVAILABLE',
    spec.backend === 'embedded'
      ? 'the embedded back end runs in Gatewright itself; start it with npm start, or with gatewright agent'
      : `the ${spec.backend} back end is not available yet; choose another in the gateway node`,
  );
}

/** The agent that another process runs over the same folder; `undefined` when none does. */
async function meet(spec: GatewaySpec, world: AgentWorld): Promise<Agent | undefined> {
  try {
    return await connectAgent(socketIn(folderOf(spec, world)));
  } catch (error) {
    if (isGatewrightError(error) && error.code === 'GW_AGENT_AWAY') return undefined;
    throw error;
  }
}

async function start(spec: GatewaySpec, driverSets: readonly DriverSet[], world: AgentWorld): Promise<Agent> {
  const { host, now, version } = world;
  const settings = settingsFor(spec, world);
  // What it would start would end with a process that does not stay.
  const dormant = world.serve !== true && driverSets.some(set => set.resident);
  const stateDirectory = folderOf(spec, world);
  const { name: gateway, backend } = spec;
  const agent = await createAgent({
    ...{ gateway, backend, driverSets, host, stateDirectory, settings, now, version },
    ...sharedBoxOf(backend, stateDirectory),
    dormant,
  });
  return world.serve === true ? served(agent, socketIn(stateDirectory)) : agent;
}

/** What the drivers of a gateway are handed: what holds for all of this process, and what is drawn for this one. */
export function settingsFor(spec: GatewaySpec, { settings = {} }: AgentWorld): Readonly<Record<string, string>> {
  return spec.hypervisor === undefined ? settings : { ...settings, hypervisor: spec.hypervisor };
}

/** The same agent, with a socket that closes with it. Without the socket it works all the same, only for itself. */
async function served(agent: LocalAgent, socketPath: string): Promise<Agent> {
  const socket = await serveAgent({ agent, socketPath }).catch(cause => {
    process.emitWarning(`other commands cannot ask this gateway: ${messageOf(cause)}`, 'GatewrightWarning');
    return undefined;
  });
  return {
    info: () => agent.info(),
    observe: () => agent.observe(),
    probe: () => agent.probe(),
    plan: design => agent.plan(design),
    apply: (...asked) => agent.apply(...asked),
    wayBack: () => agent.wayBack(),
    rollback: (...asked) => agent.rollback(...asked),
    drift: () => agent.drift(),
    console: (...asked) => agent.console(...asked),
    power: (...asked) => agent.power(...asked),
    ask: (...asked) => agent.ask(...asked),
    tap: (...asked) => agent.tap(...asked),
    traffic: heard => agent.traffic(heard),
    conversations: (...asked) => agent.conversations(...asked),
    tapPort: (...asked) => agent.tapPort(...asked),
    get attestation() {
      return agent.attestation;
    },
    watch: listener => agent.watch(listener),
    async close() {
      socket?.stop();
      await agent.close();
      await socket?.close();
    },
  };
}

/** A gateway that is drawn anew with another back end leaves its old one where it is, and finds it there again. */
export function folderName({ name, backend }: Pick<GatewaySpec, 'name' | 'backend'>): string {
  return backend === 'simulated' ? name : `${name}.${backend}`;
}

function folderOf(spec: GatewaySpec, world: AgentWorld): string {
  return `${world.stateDirectory}/${folderName(spec)}`;
}
