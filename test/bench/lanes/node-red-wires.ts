// Real wires of Node-RED: its own Node and Flow objects of the installed version, as its runtime makes them. Each node hands
// on what it gets, as the shortest function node would.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

interface WiredNode {
  on(event: 'input', take: (msg: unknown, send: (msg: unknown) => void, done: () => void) => void): void;
  send(msg: unknown): void;
}
interface RedFlow {
  activeNodes: Record<string, WiredNode>;
  completeNodeMap: object;
  catchNodes: readonly unknown[];
  statusNodes: readonly unknown[];
}
type NodeMaker = new (config: object) => WiredNode;

/** A chain of nodes that is fed again and again. */
export interface WireChain {
  /** Sends frames, each in a Buffer of its own as a driver node would, and waits until the last has come out. */
  run(frames: number): Promise<void>;
}

/** @param hops  wires from the first node to the last */
export function wireChain(hops: number, frame: Uint8Array): WireChain {
  const flow = newFlow();
  const Node = require('@node-red/runtime/lib/nodes/Node') as NodeMaker;
  const chain = Array.from({ length: hops + 1 }, (_, index) => {
    const wires = index < hops ? [[`n${index + 1}`]] : [[]];
    const node = new Node({ id: `n${index}`, type: 'pass', z: 'tab', wires, _flow: flow });
    flow.activeNodes[`n${index}`] = node;
    return node;
  });
  let [left, arrived] = [0, () => {}];
  for (const [index, node] of chain.entries())
    node.on('input', (msg, send, done) => {
      if (index < hops) send(msg);
      else {
        left -= 1;
        if (left === 0) arrived();
      }
      done();
    });
  return {
    run: frames =>
      new Promise(resolve => {
        [left, arrived] = [frames, resolve];
        feed(chain[0] as WiredNode, frame, frames);
      }),
  };
}

/** As many at once as a lane takes in a burst. */
function feed(first: WiredNode, frame: Uint8Array, frames: number): void {
  const count = Math.min(frames, 64);
  for (let index = 0; index < count; index += 1) first.send({ payload: Buffer.from(frame), topic: 'can0' });
  if (frames > count) setImmediate(() => feed(first, frame, frames - count));
}

function newFlow(): RedFlow {
  const util = require('@node-red/util') as { init(settings: object): void; log: object };
  util.init({ logging: { console: { level: 'off' } } });
  const Flow = require('@node-red/runtime/lib/flows/Flow') as {
    init(runtime: object): void;
    create(parent: object, global: object, flow: object): RedFlow;
  };
  Flow.init({ settings: {}, log: util.log, nodes: {} });
  const raise = (_node: unknown, error: unknown) => {
    throw error;
  };
  const parent = { handleError: raise, handleStatus: () => {}, getNode: () => undefined };
  const nothing = { configs: {}, subflows: {} };
  const flow = Flow.create(parent, { ...nothing, flows: {} }, { ...nothing, id: 'tab', nodes: {} });
  return Object.assign(flow, { completeNodeMap: {}, catchNodes: [], statusNodes: [] });
}
