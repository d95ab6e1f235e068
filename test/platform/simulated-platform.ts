// A platform over simulated gateways in a temporary folder. What it "compiles" are designs made by hand, so that these
// tests say nothing of the compiler.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent } from '../../runtime/agent/agent.ts';
import type { AgentOptions } from '../../runtime/agent/options.ts';
import { createMemory, type MemoryOptions } from '../../runtime/drivers/memory/driver.ts';
import { localHost } from '../../runtime/host/local.ts';
import { DESIGN_VERSION, type Design, type GatewayDesign } from '../../runtime/model/design.ts';
import type { Diagnostic } from '../../runtime/model/diagnostic.ts';
import { GatewrightError } from '../../runtime/model/errors.ts';
import { factsByKind } from '../../runtime/plan/facts.ts';
import { findLacks } from '../../runtime/plan/lacks.ts';
import { renderPlan } from '../../runtime/plan/render.ts';
import { openAudit } from '../../runtime/platform/audit.ts';
import { openExceptions } from '../../runtime/platform/exception-store.ts';
import { Platform } from '../../runtime/platform/platform.ts';
import type { GatewayState, PlatformPort, PlatformState } from '../../runtime/platform/platform-port.ts';

const WAIT_TIMEOUT_MS = 10_000;

/** What a test deploys instead of a flow. */
export interface Drawn {
  readonly gateways: readonly GatewayDesign[];
  readonly diagnostics?: readonly Diagnostic[];
}

export interface SimulatedPlatform {
  readonly platform: Platform;
  /** State folder of a gateway's agent. */
  folderOf(gateway: string): string;
  /** The agent cannot be reached from now on, or can again. */
  away(is: boolean): void;
  deploy(...gateways: readonly GatewayDesign[]): Promise<void>;
  gateway(name?: string): GatewayState;
  /** Waits for a state. */
  until(fits: (state: PlatformState) => boolean): Promise<PlatformState>;
  /** Stops it and starts another over the same folder. */
  restart(): Promise<SimulatedPlatform>;
  remove(): Promise<void>;
}

/**
 * Opens a platform; remove it afterwards.
 * @param agents  what its agents are started with besides the usual, by the folder of all of them
 */
export async function simulatedPlatform(
  options: MemoryOptions = {},
  folder?: string,
  agents: (home: string) => Partial<AgentOptions> = () => ({}),
): Promise<SimulatedPlatform> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'gatewright-platform-')));
  let isAway = false;
  const platform = new Platform({
    compile: flows => merge(flows[0] as Drawn),
    connect: async spec => {
      if (isAway) throw new GatewrightError('GW_AGENT_AWAY', 'no agent answers; start it');
      const stateDirectory = join(home, spec.name);
      const driverSets = [createMemory(options)];
      return createAgent({
        gateway: spec.name,
        backend: 'simulated',
        driverSets,
        host: localHost,
        stateDirectory,
        version: '0.0.0',
        ...agents(home),
      });
    },
    render: renderPlan,
    lacks: (design, facts) => findLacks(design, factsByKind(facts)),
    audit: openAudit(localHost, join(home, 'audit')),
    exceptions: openExceptions(localHost, join(home, 'exceptions')),
    now: Date.now,
    lookEveryMs: 50,
  });
  return {
    platform,
    folderOf: gateway => join(home, gateway),
    away: is => {
      isAway = is;
    },
    deploy: (...gateways) => platform.load([{ gateways } satisfies Drawn], 'anna'),
    gateway: (name = 'cell-7') => find(platform.state(), name),
    until: fits => until(platform, fits),
    restart: async () => {
      await platform.close();
      return simulatedPlatform(options, home, agents);
    },
    remove: async () => {
      await platform.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** One gateway of a state. */
export function find(state: PlatformState, name = 'cell-7'): GatewayState {
  const found = state.gateways.find(gateway => gateway.name === name);
  if (found === undefined) throw new Error(`no gateway ${name} in the state`);
  return found;
}

function merge({ gateways, diagnostics = [] }: Drawn): { design: Design; diagnostics: readonly Diagnostic[] } {
  const design = {
    version: DESIGN_VERSION,
    gateways: Object.fromEntries(gateways.map(({ gateway }) => [gateway.name, gateway])),
    tenants: Object.assign({}, ...gateways.map(({ tenants }) => tenants)),
    resources: Object.assign({}, ...gateways.map(({ resources }) => resources)),
  } as Design;
  return { design, diagnostics };
}

/** Waits until a platform is in a state. */
export function until(platform: PlatformPort, fits: (state: PlatformState) => boolean): Promise<PlatformState> {
  if (fits(platform.state())) return Promise.resolve(platform.state());
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(
        new Error(`the state never came; now it is ${JSON.stringify(platform.state(), undefined, 1).slice(0, 3000)}`),
      );
    }, WAIT_TIMEOUT_MS);
    const stop = platform.onState(state => {
      if (!fits(state)) return;
      clearTimeout(timer);
      stop();
      resolve(state);
    });
  });
}
