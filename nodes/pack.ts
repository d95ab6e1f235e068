// The pack inside one Node-RED: its platform, and the nodes on the canvas that show its states. The state of a pack is
// found by Node-RED's event bus, so that tests may run one Node-RED after another in a process.
import type { PlatformPort } from '../runtime/platform/platform-port.ts';
import type { RuntimeNode, RuntimeRed } from './runtime-api.ts';
import { statusOf } from './status.ts';

export type OpenPlatform = (red: RuntimeRed) => PlatformPort;

export interface Pack {
  readonly platform: PlatformPort;
  /** Keeps the status under a node up to date. Returns how to stop. */
  show(node: RuntimeNode): () => void;
}

/** What says how long ago something was is written anew. */
const REWRITE_MS = 30_000;

const packs = new WeakMap<object, Pack>();

/** The pack of this Node-RED; made on first use. */
export function packOf(red: RuntimeRed, open: OpenPlatform): Pack {
  const known = packs.get(red.events);
  if (known !== undefined) return known;
  const pack = createPack(red, open);
  packs.set(red.events, pack);
  return pack;
}

function createPack(red: RuntimeRed, open: OpenPlatform): Pack {
  const platform = sharedPlatform(red) ?? open(red);
  const shown = new Map<RuntimeNode, string>();
  const update = (node: RuntimeNode) => {
    const status = statusOf(stateOf(platform, node));
    const text = JSON.stringify(status);
    if (shown.get(node) === text) return;
    shown.set(node, text);
    node.status(status);
  };
  const updateAll = () => {
    for (const node of shown.keys()) update(node);
  };
  platform.onState(updateAll);
  let clock: NodeJS.Timeout | undefined;
  return {
    platform,
    show(node) {
      shown.set(node, '');
      update(node);
      clock ??= setInterval(updateAll, REWRITE_MS).unref();
      return () => {
        shown.delete(node);
        if (shown.size > 0) return;
        clearInterval(clock);
        clock = undefined;
      };
    },
  };
}

/** The server hands its own platform over in the settings; a stock Node-RED has none. */
function sharedPlatform(red: RuntimeRed): PlatformPort | undefined {
  const shared = red.settings.gatewright;
  if (typeof shared !== 'object' || shared === null || !('platform' in shared)) return undefined;
  return shared.platform as PlatformPort;
}

/**
 * Inside a subflow the compiler names a node by its path of instances, without the tab Node-RED puts in front; a firewall
 * is named by its node in the template, the end of that path.
 */
function stateOf(platform: PlatformPort, node: RuntimeNode) {
  const path = node._path?.split('/').slice(1) ?? [];
  const names = [path.join('/'), node.id, path.at(-1) ?? ''].filter(name => name !== '');
  return names.map(name => platform.nodeState(name)).find(state => state !== undefined);
}
