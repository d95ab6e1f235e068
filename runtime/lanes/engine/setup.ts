// What an engine is asked to run: a graph, what carries frames to and from it, and how its taps are limited.

import type { FrameClass } from '../memory/layout.ts';
import { checkGraph } from '../segment/checked-graph.ts';
import type { LaneGraph } from '../segment/graph.ts';

export interface PortSetup {
  /** Stays the same from deploy to deploy, as all that is said here: then the port stays open. */
  readonly id: string;
  /** URL of a module that exports `openPort`; see port.ts. */
  readonly module: string;
  /** Handed to it as they are. Shared memory in them is not compared: what is led to other memory has another id. */
  readonly options: unknown;
  /** The port in that its frames come to; absent when nobody asks what it receives. */
  readonly receives?: {
    readonly node: string;
    readonly frameClass: FrameClass;
    /** Names the tenant and the port in the heads of frames. */
    readonly tenant: number;
    readonly port: number;
  };
  /** Ports out that it sends for. */
  readonly sends: readonly string[];
}

export interface LaneSetup {
  readonly graph: LaneGraph;
  readonly ports: readonly PortSetup[];
  /** By the id of the tap; frames a second at most. A tap that is absent is not limited. */
  readonly tapRates?: Readonly<Record<string, number>>;
}

/** @throws Error that says all that is wrong with the graph, or with the ports around it */
export function checkSetup({ graph, ports }: LaneSetup): void {
  const checked = checkGraph(graph);
  const ids = (kind: 'port-in' | 'port-out') => new Set(checked.ofKind(kind).map(node => node.id));
  const [ins, outs] = [ids('port-in'), ids('port-out')];
  const receives = ports.flatMap(port => port.receives?.node ?? []);
  const sends = ports.flatMap(port => port.sends);
  const problems = [
    ...repeated(ports.map(port => port.id)).map(id => `the port ${id} is there twice`),
    ...repeated(receives).map(id => `two ports feed ${id}`),
    ...repeated(sends).map(id => `two ports send for ${id}`),
    ...receives.filter(id => !ins.has(id)).map(id => `there is no port-in ${id}`),
    ...sends.filter(id => !outs.has(id)).map(id => `there is no port-out ${id}`),
  ];
  if (problems.length > 0) throw new Error(`these ports do not fit the graph of the lane: ${problems.join('; ')}`);
}

function repeated(names: readonly string[]): string[] {
  const groups = Map.groupBy(names, name => name);
  return [...groups].flatMap(([name, all]) => (all.length > 1 ? [name] : []));
}
