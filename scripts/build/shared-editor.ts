// What the scripts of node sets need of editor/ is in the script of the editor plugin, once: Node-RED loads plugins before nodes. Each
// node set with a copy of its own made the page half as heavy again, and kept state in as many copies.
import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import type { ShownType } from '../../editor/register-type.ts';
import { source } from './shown-type.ts';

const GLOBAL = 'globalThis.gatewrightEditor';
/** Tells scripts of nodes that came first, as may be when the pack is installed while the editor is open. */
const READY = 'gatewright-editor';
const NAMESPACE = 'shared-editor';
const REGISTER = 'editor/register-type.ts';

export interface SharedEditor {
  /** For the bundles of node sets; they must be made before {@link SharedEditor.entry} is asked for. */
  readonly plugin: Plugin;
  /** Source of the plugin's script: what node sets asked for, and the plugin itself. */
  entry(): string;
  /** The script of a node set, which runs as soon as the plugin is there; then the type is registered. */
  waiting(script: string, type: string, shown: ShownType): string;
}

/** @param root  of the project, with a slash at its end */
export function sharedEditor(root: string): SharedEditor {
  const modules = new Set<string>([REGISTER]);
  return {
    plugin: {
      name: NAMESPACE,
      setup(build) {
        build.onResolve({ filter: /^\.\.?\/.*\.ts$/, namespace: 'file' }, ({ path, resolveDir, kind }) => {
          const target = resolve(resolveDir, path);
          if (kind !== 'import-statement' || !target.startsWith(`${root}editor/`)) return undefined;
          const module = target.slice(root.length);
          modules.add(module);
          return { path: module, namespace: NAMESPACE };
        });
        build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
          contents: `module.exports = ${GLOBAL}[${JSON.stringify(path)}];`,
          loader: 'js',
        }));
      },
    },
    entry() {
      const sorted = [...modules].sort();
      return [
        "import './editor/plugin.ts';",
        ...sorted.map((module, index) => `import * as module${index} from './${module}';`),
        `${GLOBAL} = { ${sorted.map((module, index) => `${JSON.stringify(module)}: module${index}`).join(', ')} };`,
        `document.dispatchEvent(new Event(${JSON.stringify(READY)}));`,
      ].join('\n');
    },
    waiting: (script, type, shown) =>
      [
        '(() => {',
        `const start = () => {\n${script}`,
        `${GLOBAL}[${JSON.stringify(REGISTER)}].registerType(${JSON.stringify(type)}, ${source(shown)});`,
        '};',
        `if (${GLOBAL}) start(); else document.addEventListener(${JSON.stringify(READY)}, start, { once: true });`,
        '})();',
      ].join('\n'),
  };
}
