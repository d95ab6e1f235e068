// Makes a platform from its parts: the compiler with the node types, the agents, the planner's words, the audit.
import { compile } from '../compile/compile.ts';
import type { DriverSet } from '../host/driver-set.ts';
import type { Host } from '../host/host.ts';
import type { NodeType } from '../model/node-type.ts';
import { factsByKind } from '../plan/facts.ts';
import { findLacks } from '../plan/lacks.ts';
import { renderPlan } from '../plan/render.ts';
import { openAudit } from './audit.ts';
import { connectToAgent } from './connect-agent.ts';
import { exceptionsFolder, openExceptions } from './exception-store.ts';
import { Platform } from './platform.ts';
import type { PlatformPort } from './platform-port.ts';
import { policingNodes } from './policing-nodes.ts';

/** How often an agent is asked how it is; its own events come at once. */
const LOOK_EVERY_MS = 3_000;

export interface PlatformOptions {
  readonly nodeTypes: readonly NodeType[];
  /** Back ends that run in this process (simulated, embedded); a Linux gateway is reached by its agent's socket. */
  readonly driverSets: readonly DriverSet[];
  readonly host: Host;
  /** Folder for the audit and for gateways of this process; made when needed. */
  readonly stateDirectory: string;
  /** Version of Gatewright. */
  readonly version: string;
  /** Handed to the drivers of this process, for example `imageDirectory`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Unix time in ms; default the clock. */
  readonly now?: () => number;
  /** Default 3,000 ms. */
  readonly lookEveryMs?: number;
}

/** A platform with nothing loaded yet. Close it when done. */
export function createPlatform(options: PlatformOptions): PlatformPort {
  const now = options.now ?? Date.now;
  const world = { ...options, now, serve: true };
  return new Platform({
    compile: flows => compile(flows, options.nodeTypes),
    policing: flows => policingNodes(flows, options.nodeTypes),
    connect: spec => connectToAgent(spec, world),
    render: renderPlan,
    lacks: (design, facts) => findLacks(design, factsByKind(facts)),
    audit: openAudit(options.host, `${options.stateDirectory}/audit`),
    exceptions: openExceptions(options.host, exceptionsFolder(options.stateDirectory)),
    now,
    lookEveryMs: options.lookEveryMs ?? LOOK_EVERY_MS,
  });
}
