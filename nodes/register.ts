// Registers the node types and the plugin with Node-RED: the only file of the pack's runtime that knows RED.
import { messageOf } from '../runtime/model/errors.ts';
import { type NodeType, upToDate } from '../runtime/model/node-type.ts';
import type { PlatformPort } from '../runtime/platform/platform-port.ts';
import { type Behaviour, isTapped, type StartBehaviour } from './behaviour.ts';
import { type OpenPlatform, type Pack, packOf } from './pack.ts';
import type { FlowsStarted, RuntimeConfig, RuntimeMessage, RuntimeNode, RuntimeRed } from './runtime-api.ts';
import { statusText } from './status.ts';

export interface PackContents {
  readonly nodeTypes: readonly NodeType[];
  /** By node type; only types of role `message` have one. */
  readonly behaviours: Readonly<Record<string, StartBehaviour>>;
  readonly openPlatform: OpenPlatform;
  /** Mounts the HTTP interface of the platform. */
  mountRouter(red: RuntimeRed, platform: PlatformPort): void;
}

export interface PackEntry {
  /** Called by the stub of each node set. @throws Error when the pack has no such type */
  register(red: RuntimeRed, type: string): void;
  /** Called by the stub of the plugin. */
  plugin(red: RuntimeRed): void;
}

export const PLUGIN_ID = 'gatewright';
const OURS = 'gatewright-';

export function createPackEntry(contents: PackContents): PackEntry {
  const packFor = (red: RuntimeRed) => packOf(red, contents.openPlatform);
  return {
    register(red, type) {
      const nodeType = contents.nodeTypes.find(candidate => candidate.type === type);
      if (nodeType === undefined) throw new Error(`the pack has no node type ${type}; build it again`);
      red.nodes.registerType(type, constructorOf(red, nodeType, contents.behaviours[type], packFor));
    },
    plugin(red) {
      const { platform } = packFor(red);
      contents.mountRouter(red, platform);
      red.events.on('flows:started', started => loadFlows(red, platform, started));
      // Topics reach every editor whatever its rights, so only a number is told; the state itself is asked for.
      platform.onState(state => red.comms.publish('gatewright/state', { revision: state.revision }, true));
      const settings = { consoles: { exportable: true }, traffic: { exportable: true } };
      red.plugins.registerPlugin(PLUGIN_ID, { type: 'gatewright', settings });
    },
  };
}

/** A fault of the drawing becomes a finding; what is thrown here is a bug and must not stop Node-RED. */
function loadFlows(red: RuntimeRed, platform: PlatformPort, started: FlowsStarted): void {
  platform.load(started.config?.flows ?? [], 'editor').catch((error: unknown) => {
    red.log.error(`gatewright could not read the flows: ${messageOf(error)}`);
  });
}

function constructorOf(
  red: RuntimeRed,
  nodeType: NodeType,
  start: StartBehaviour | undefined,
  packFor: (red: RuntimeRed) => Pack,
) {
  return function construct(this: RuntimeNode, config: RuntimeConfig): void {
    red.nodes.createNode(this, config);
    if (nodeType.role === 'config') return;
    const pack = packFor(red);
    const fields = { ...upToDate(nodeType, config), id: config.id, type: config.type };
    const behaviour = start?.({ ...worldOf(red, this, fields), platform: pack.platform });
    if (nodeType.role === 'design') runDesignNode(this, pack, behaviour);
    else if (behaviour !== undefined) runMessageNode(this, behaviour);
  };
}

/** Its status is the state of what it draws, whatever it is asked. */
function runDesignNode(node: RuntimeNode, pack: Pack, behaviour: Behaviour | undefined): void {
  const hide = pack.show(node);
  node.on('input', (message, send, done) => {
    // What is told to ordinary nodes comes by all wires of an output.
    if (isTapped(message)) return done();
    if (behaviour === undefined)
      return done(new Error(`${node.name || node.type} takes no messages; wire them into a plan, apply or event node`));
    answer(behaviour, message).then(
      // The first output is the drawing's.
      reply => {
        if (reply !== undefined) send([null, reply]);
        done();
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(messageOf(error))),
    );
  });
  node.on('close', done => {
    behaviour?.close?.();
    hide();
    done();
  });
}

function runMessageNode(node: RuntimeNode, behaviour: Behaviour): void {
  node.on('input', (message, send, done) => {
    answer(behaviour, message).then(
      reply => {
        if (reply !== undefined) send(reply);
        done();
      },
      (error: unknown) => {
        node.status({ fill: 'red', shape: 'ring', text: statusText(messageOf(error)) });
        done(error instanceof Error ? error : new Error(messageOf(error)));
      },
    );
  });
  node.on('close', done => {
    behaviour.close?.();
    done();
  });
}

async function answer(behaviour: Behaviour, message: RuntimeMessage): Promise<RuntimeMessage | undefined> {
  return behaviour.input?.(message);
}

/** Types of the nodes behind the first output. */
function wiredTo(red: RuntimeRed, { wires }: RuntimeConfig): readonly string[] {
  const first: unknown = Array.isArray(wires) ? wires[0] : [];
  return Array.isArray(first) ? first.flatMap(id => red.nodes.getNode(String(id))?.type ?? []) : [];
}

function worldOf(red: RuntimeRed, node: RuntimeNode, config: RuntimeConfig) {
  const reference = config.gateway;
  const gateway = typeof reference === 'string' && reference !== '' ? red.nodes.getNode(reference) : null;
  return {
    config,
    gateway: gateway?.name,
    tapped: () => wiredTo(red, config).some(type => !type.startsWith(OURS)),
    user: `node ${node.name || node.id}`,
    status: node.status.bind(node),
    send: node.send.bind(node),
  };
}
