// Puts the pack together: bundles, node sets, plugin, examples, manifest.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { nodePicture } from '../picture/node-picture.ts';
import { nodeScripts, onDemandBundles, pluginBundle, runtimeBundle } from './bundles.ts';
import { inPaletteOrder, PACK, packManifest, type RootManifest } from './manifest.ts';
import { factsOf } from './node-facts.ts';
import { nodeFolders } from './node-folder.ts';
import { addNodeSet, LANGUAGES, stub } from './node-set.ts';
import { thirdPartyNotices } from './notices.ts';
import { type Output, writeOutput } from './output.ts';
import { packReadme } from './readme.ts';
import { sharedEditor } from './shared-editor.ts';

/** Builds everything below dist/ anew. @throws Error that names what is missing or wrong */
export async function assemble(root: string, dist: string): Promise<void> {
  const manifest: RootManifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const types = new Map(NODE_TYPES.map(type => [type.type.replace('gatewright-', ''), type]));
  const folders = inPaletteOrder(nodeFolders(root), types);
  const flows = readFlows(root);
  const nodes = [...flows.values()].flatMap(text => JSON.parse(text) as unknown[]);
  const facts = new Map([...types].map(([name, type]) => [name, factsOf(type, nodes)]));
  const shared = sharedEditor(root);
  const scripts = await nodeScripts(root, folders, facts, shared);
  const [runtime, plugin, onDemand] = await Promise.all([
    runtimeBundle(root, folders, manifest.version),
    pluginBundle(root, shared.entry()),
    onDemandBundles(root),
  ]);
  const output: Output = new Map([['gatewright.cjs', runtime.script]]);
  for (const [name, contents] of runtime.beside) output.set(`runtime/${name}`, contents);
  for (const folder of folders) {
    addNodeSet(output, root, folder, scripts.get(`${folder.name}.js`) ?? '');
    const type = types.get(folder.name);
    if (type !== undefined) output.set(`images/${folder.name}.svg`, nodePicture(root, folder, type, nodes));
  }
  addPlugin(output, root, plugin);
  for (const [name, text] of onDemand.files) output.set(`resources/${name}`, text);
  output.set('bin/gatewright.js', COMMAND);
  for (const [name, text] of flows) output.set(`examples/${name}.json`, text);
  for (const file of readdirSync(`${root}flows/templates`))
    output.set(`examples/templates/${file}`, readFileSync(`${root}flows/templates/${file}`));
  output.set('package.json', packManifest(manifest, folders));
  output.set('README.md', packReadme(root, folders));
  output.set('THIRD-PARTY.txt', thirdPartyNotices(root, [...runtime.inputs, ...plugin.inputs, ...onDemand.inputs]));
  output.set('CHANGELOG.md', readFileSync(`${root}CHANGELOG.md`));
  output.set('LICENSE', readFileSync(`${root}LICENSE`));
  writeOutput(dist, output);
}

/** Text of every reference design by its name. They are the examples of the pack. */
function readFlows(root: string): ReadonlyMap<string, string> {
  const names = readdirSync(`${root}flows`).filter(name => existsSync(`${root}flows/${name}/flow.json`));
  return new Map(names.sort().map(name => [name, readFileSync(`${root}flows/${name}/flow.json`, 'utf8')]));
}

type Plugin = Awaited<ReturnType<typeof pluginBundle>>;

/** CommonJS, as `bin` may be anything that Node runs; the command line itself is a module. */
const COMMAND = "#!/usr/bin/env node\n'use strict';\nimport('../runtime/cli.mjs');\n";

function addPlugin(output: Output, root: string, plugin: Plugin): void {
  output.set('plugin/gatewright.js', stub("RED => require('../gatewright.cjs').plugin(RED)"));
  output.set(
    'plugin/gatewright.html',
    `<link rel="stylesheet" href="resources/${PACK}/gatewright.css">\n<script src="resources/${PACK}/gatewright.js"></script>\n`,
  );
  output.set('resources/gatewright.js', plugin.script);
  output.set('resources/gatewright.css', plugin.style);
  for (const language of LANGUAGES) {
    const words = readFileSync(`${root}editor/locales/${language}/sidebar.json`);
    output.set(`plugin/locales/${language}/gatewright.json`, words);
  }
}
