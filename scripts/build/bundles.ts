// Runs esbuild: one CommonJS bundle for Node, the programs it starts, one script for the editor, one small script per node set.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import type { NodeFacts } from '../../editor/node-facts.ts';
import { type Beside, beside } from './beside.ts';
import { nativePackages } from './native-packages.ts';
import { hasPart, type NodeFolder } from './node-folder.ts';
import type { SharedEditor } from './shared-editor.ts';
import { shownType } from './shown-type.ts';

interface Bundles {
  /** Text of each bundle by the end of its path, `vm.js`. */
  readonly files: ReadonlyMap<string, string>;
  /** Paths of the sources from the root of the project. */
  readonly inputs: readonly string[];
}

async function bundle(root: string, options: BuildOptions): Promise<Bundles> {
  const result = await build({
    bundle: true,
    write: false,
    metafile: true,
    charset: 'utf8',
    logLevel: 'silent',
    absWorkingDir: root,
    outdir: `${root}dist`,
    ...options,
  });
  const files = result.outputFiles ?? [];
  return {
    files: new Map(files.map(file => [file.path.slice(`${root}dist/`.length), file.text])),
    inputs: Object.keys(result.metafile?.inputs ?? {}),
  };
}

/** Libraries say `require` where Node-RED loads us by `import`; what we make of them works with both. */
const FOR_NODE: BuildOptions = {
  platform: 'node',
  target: 'node22',
  legalComments: 'eof',
  mainFields: ['module', 'main'],
};

/** Where the files beside the bundle are. WHY by hand: CommonJS knows no `import.meta`. */
const WHERE = "const packUrl = require('node:url').pathToFileURL(__dirname + '/runtime/').href;";

export interface RuntimeFiles {
  /** The pack in one CommonJS file: platform, compiler, planner, back ends that need no rights, behaviours. */
  readonly script: string;
  /** What lies in its folder `runtime`, by name: programs it starts, the command line, and files of packages. */
  readonly beside: ReadonlyMap<string, string | Uint8Array>;
  readonly inputs: readonly string[];
}

export async function runtimeBundle(
  root: string,
  folders: readonly NodeFolder[],
  version: string,
): Promise<RuntimeFiles> {
  const found = beside(root);
  const { files, inputs } = await bundle(root, {
    ...FOR_NODE,
    stdin: { contents: runtimeEntry(folders, version), resolveDir: root, sourcefile: 'pack-entry.ts', loader: 'ts' },
    format: 'cjs',
    banner: { js: WHERE },
    define: { 'import.meta.url': 'packUrl' },
    plugins: [found.plugin, nativePackages],
  });
  const programs = await programBundles(root, found);
  const others = [...found.files].map(([name, path]) => [name, readFileSync(path)] as const);
  return {
    script: files.get('stdin.js') ?? '',
    beside: new Map<string, string | Uint8Array>([...programs.files, ...others]),
    inputs: [...inputs, ...programs.inputs, ...[...found.files.values()].map(path => path.slice(root.length))],
  };
}

/** Programs share their code in files of its own; they may start others in turn. */
async function programBundles(root: string, found: Beside): Promise<Bundles> {
  for (;;) {
    const known = found.programs.size;
    const bundles = await bundle(root, {
      ...FOR_NODE,
      entryPoints: { cli: `${root}runtime/cli.ts`, ...Object.fromEntries(found.programs) },
      format: 'esm',
      splitting: true,
      chunkNames: 'part-[hash]',
      outExtension: { '.js': '.mjs' },
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
      },
      plugins: [found.plugin, nativePackages],
    });
    if (found.programs.size === known) return bundles;
  }
}

/** Behaviours are found by their file name, so that a new message node needs no list. */
function runtimeEntry(folders: readonly NodeFolder[], version: string): string {
  const names = folders.filter(folder => hasPart(folder, `${folder.name}.behaviour.ts`)).map(folder => folder.name);
  const imports = names.map(
    (name, index) => `import { start as start${index} } from './nodes/${name}/${name}.behaviour.ts';`,
  );
  const entries = names.map((name, index) => `'gatewright-${name}': start${index}`);
  return [
    "import { NODE_TYPES } from './nodes/catalog.ts';",
    "import { mountRouter, openPlatform } from './nodes/open-platform.ts';",
    "import { createPackEntry } from './nodes/register.ts';",
    ...imports,
    `const behaviours = { ${entries.join(', ')} };`,
    `const open = red => openPlatform(red, ${JSON.stringify(version)});`,
    'const contents = { nodeTypes: NODE_TYPES, behaviours, openPlatform: open, mountRouter };',
    'export const { register, plugin } = createPackEntry(contents);',
  ].join('\n');
}

const BROWSER: BuildOptions = { platform: 'browser', format: 'iife', target: 'es2022', legalComments: 'none' };

/** The editor plugin: its script and its style sheet. @param entry  source of its script */
export async function pluginBundle(root: string, entry: string): Promise<PluginFiles> {
  const { files, inputs } = await bundle(root, {
    ...BROWSER,
    stdin: { contents: entry, resolveDir: root, sourcefile: 'editor-entry.ts', loader: 'ts' },
    minify: true,
  });
  return { script: files.get('stdin.js') ?? '', style: files.get('stdin.css') ?? '', inputs };
}

export interface PluginFiles {
  readonly script: string;
  readonly style: string;
  readonly inputs: readonly string[];
}

/** What the editor loads on demand ends with this. */
const ON_DEMAND = '.on-demand.ts';

/**
 * Parts of the editor that are loaded when somebody needs them: each source `NAME.on-demand.ts` below editor/ becomes the module
 * `NAME.js`. Libraries that come as whole files, `*.min.js`, lie beside it as they are.
 */
export async function onDemandBundles(root: string): Promise<Bundles> {
  const sources = readdirSync(`${root}editor`, { recursive: true, encoding: 'utf8' }).filter(path =>
    path.endsWith(ON_DEMAND),
  );
  const entries = sources.map(path => [basename(path, ON_DEMAND), `${root}editor/${path}`]);
  return bundle(root, {
    ...BROWSER,
    format: 'esm',
    minify: true,
    entryPoints: Object.fromEntries(entries),
    loader: { '.min.js': 'file' },
    assetNames: '[name]',
  });
}

/** The script of each node set, by `<folder>.js`. */
export async function nodeScripts(
  root: string,
  folders: readonly NodeFolder[],
  facts: ReadonlyMap<string, NodeFacts>,
  shared: SharedEditor,
): Promise<ReadonlyMap<string, string>> {
  const entries = folders.map(({ name, path }) => [name, `${path}/${name}.editor.ts`]);
  const { files } = await bundle(root, {
    ...BROWSER,
    minify: true,
    entryPoints: Object.fromEntries(entries),
    plugins: [factsModules(facts), formFactsModules(root), shared.plugin],
  });
  return new Map(
    folders.flatMap(folder => {
      const own = facts.get(folder.name);
      const script = files.get(`${folder.name}.js`);
      if (own === undefined || script === undefined) return [];
      return [[`${folder.name}.js`, shared.waiting(script, own.type, shownType(folder, own))] as const];
    }),
  );
}

/** Makes `import facts from 'facts:vm'` work: what nodes/vm/vm.ts declares, without its code. */
function factsModules(facts: ReadonlyMap<string, NodeFacts>): Plugin {
  return {
    name: 'facts',
    setup(build) {
      build.onResolve({ filter: /^facts:/ }, ({ path }) => ({ path: path.slice('facts:'.length), namespace: 'facts' }));
      build.onLoad({ filter: /.*/, namespace: 'facts' }, ({ path }) => {
        const found = facts.get(path);
        if (found === undefined) return { errors: [{ text: `there is no node type nodes/${path}/${path}.ts` }] };
        return { contents: JSON.stringify(found), loader: 'json' };
      });
    },
  };
}

/**
 * Makes `import known from 'form-facts:bus'` work: what nodes/bus/bus.form-facts.ts exports as `formFacts`, as data. So a form
 * can show what only code of the runtime knows, without that code.
 */
function formFactsModules(root: string): Plugin {
  return {
    name: 'form-facts',
    setup(build) {
      build.onResolve({ filter: /^form-facts:/ }, ({ path }) => ({
        path: path.slice('form-facts:'.length),
        namespace: 'form-facts',
      }));
      build.onLoad({ filter: /.*/, namespace: 'form-facts' }, async ({ path }) => {
        const { formFacts } = await import(`${root}nodes/${path}/${path}.form-facts.ts`);
        return { contents: JSON.stringify(formFacts), loader: 'json' };
      });
    },
  };
}
