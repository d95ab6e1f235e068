// dist/package.json, derived from the root's: what a Node-RED user installs.
import type { NodeType } from '../../runtime/model/node-type.ts';
import { PORT_KINDS } from '../../runtime/model/wire.ts';
import { NATIVE_PACKAGES } from './native-packages.ts';
import type { NodeFolder } from './node-folder.ts';

/** Name of the pack. Drawings name it in their `global-config`, and the editor's words are found by it. */
export const PACK = '@gatewright/node-red-gateway';

export interface RootManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly repository?: unknown;
  readonly bugs?: unknown;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/**
 * Palette order: as a drawing is read, from the field to the cloud, then what handles messages. Derived from the kinds of
 * wires each type takes and gives.
 */
export function inPaletteOrder(folders: readonly NodeFolder[], nodeTypes: ReadonlyMap<string, NodeType>): NodeFolder[] {
  const rank = ({ name }: NodeFolder) => {
    const type = nodeTypes.get(name);
    if (type === undefined) return 0;
    const places = type.accepts.map(kind => PORT_KINDS.indexOf(kind));
    const role = ['config', 'design', 'message'].indexOf(type.role);
    return role * 100 + (type.passes ? Math.min(...places) + 0.5 : Math.max(-1, ...places));
  };
  return folders.toSorted((a, b) => rank(a) - rank(b));
}

const FILES = [
  ...['gatewright.cjs', 'runtime', 'bin', 'nodes', 'plugin', 'resources', 'examples', 'images'],
  ...['README.md', 'CHANGELOG.md', 'LICENSE', 'THIRD-PARTY.txt'],
];

/**
 * The pack carries everything in its bundle, so it has no dependencies and needs no install scripts. Packages with machine code
 * are optional: without them everything works but the devices they reach.
 */
export function packManifest(root: RootManifest, folders: readonly NodeFolder[]): string {
  const manifest = {
    name: PACK,
    version: root.version,
    description: root.description,
    license: root.license,
    keywords: [...new Set(['node-red', ...root.keywords])],
    ...(root.repository === undefined ? {} : { repository: root.repository }),
    ...(root.bugs === undefined ? {} : { bugs: root.bugs }),
    // As Node-RED 5 itself. Gateways that run in it need 22.13, and say so: node:sqlite, which keeps their journal, has no flag from then on.
    engines: { node: '>=22.9.0' },
    bin: { gatewright: 'bin/gatewright.js' },
    files: FILES,
    'node-red': {
      version: '>=5.0.0',
      nodes: Object.fromEntries(folders.map(({ name }) => [name, `nodes/${name}/${name}.js`])),
      plugins: { gatewright: 'plugin/gatewright.js' },
    },
    dependencies: {},
    optionalDependencies: Object.fromEntries(NATIVE_PACKAGES.map(name => [name, versionOf(root, name)])),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** @throws Error when the project does not name the package */
function versionOf({ dependencies, optionalDependencies }: RootManifest, name: string): string {
  const version = dependencies[name] ?? optionalDependencies[name];
  if (version === undefined)
    throw new Error(`package.json names no ${name}; add it, or take it out of native-packages.ts`);
  return version;
}
