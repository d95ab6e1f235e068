// Writes beside each reference flow what it means: `flows/<name>/expected/design.json`, `plan.txt` as it reads on bare gateways, and
// `picture.svg`, the drawing; and beside each flow of other packs what becomes of it. `--check` only compares.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE_TYPES } from '../nodes/catalog.ts';
import { conversionLines } from '../runtime/cli/convert-text.ts';
import { compile } from '../runtime/compile/compile.ts';
import { convertFlow } from '../runtime/convert/convert-flow.ts';
import { FOREIGN_TYPES } from '../runtime/convert/foreign/catalog.ts';
import { openFlow } from '../runtime/convert/open-flow.ts';
import { factsOf } from '../runtime/drivers/memory/facts.ts';
import { KINDS } from '../runtime/model/address.ts';
import { designFor } from '../runtime/model/design.ts';
import { plan } from '../runtime/plan/plan.ts';
import { renderPlan } from '../runtime/plan/render.ts';
import { nodeFolders } from './build/node-folder.ts';
import { type FlowNode, flowPicture } from './picture/flow-picture.ts';
import { lookOf } from './picture/look.ts';

const root = fileURLToPath(new URL('../flows/', import.meta.url));

/** Names of all reference flows. */
export function referenceFlows(): readonly string[] {
  return readdirSync(root)
    .filter(name => existsSync(`${root}${name}/flow.json`))
    .sort();
}

/** Text of a reference flow. */
export function flowText(name: string): string {
  return readFileSync(`${root}${name}/flow.json`, 'utf8');
}

/** The design a flow must compile to, as text with its line ends. @throws Error when the flow has findings */
export function goldenText(name: string): string {
  const { design, diagnostics } = compile(flowText(name), NODE_TYPES);
  if (diagnostics.length > 0) throw new Error(`flows/${name}: ${diagnostics.map(one => one.summary).join(' ')}`);
  return `${JSON.stringify(design, null, 2)}\n`;
}

/** What a plan of the flow must say of every gateway on which there is nothing yet. */
export function planText(name: string): string {
  const { design } = compile(flowText(name), NODE_TYPES);
  const facts = KINDS.map(kind => factsOf(kind));
  const texts = Object.keys(design.gateways).flatMap(gateway => {
    const own = designFor(design, gateway);
    const observed = { gateway, generation: 0, atMs: 0, resources: {} };
    return own === undefined
      ? []
      : [renderPlan(plan({ design: own, observed, facts, label: 'simulated' }).plan).join('\n')];
  });
  return `${texts.join('\n\n')}\n`;
}

const TYPES = new Map(NODE_TYPES.map(type => [type.type, type]));
const LOOKS = new Map(
  nodeFolders(fileURLToPath(new URL('../', import.meta.url))).map(folder => [
    `gatewright-${folder.name}`,
    lookOf(folder),
  ]),
);

/** The picture of a reference flow. */
export function pictureText(name: string): string {
  const flow = JSON.parse(flowText(name)) as readonly FlowNode[];
  const tab = flow.find(node => node.type === 'tab') as { readonly label?: string } | undefined;
  return flowPicture(`The drawing ${tab?.label ?? name}`, flow, TYPES, LOOKS);
}

const corpus = fileURLToPath(new URL('../test/convert/corpus/', import.meta.url));

/** Names of flows of other packs. */
export function foreignFlows(): readonly string[] {
  const files = readdirSync(corpus).filter(name => name.endsWith('.json'));
  return files.map(name => name.replace(/\.json$/, '')).sort();
}

/** Text of a flow of other packs. */
export function foreignText(name: string): string {
  return readFileSync(`${corpus}${name}.json`, 'utf8');
}

/** What its conversion must say. */
export function conversionText(name: string): string {
  const { report } = convertFlow(openFlow(foreignText(name)).nodes, FOREIGN_TYPES);
  return `${conversionLines(report).join('\n')}\n`;
}

/** Expected designs, plans, pictures and reports with the text they should have. */
export function goldens(): ReadonlyMap<string, string> {
  const files = referenceFlows().flatMap(name => [
    [`${root}${name}/expected/design.json`, goldenText(name)] as const,
    [`${root}${name}/expected/plan.txt`, planText(name)] as const,
    [`${root}${name}/picture.svg`, pictureText(name)] as const,
  ]);
  const reports = foreignFlows().map(name => [`${corpus}expected/${name}.txt`, conversionText(name)] as const);
  return new Map([...files, ...reports]);
}

/** Files whose text is not what their flow compiles to. */
export function staleGoldens(): readonly string[] {
  return [...goldens()]
    .filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
    .map(([file]) => file);
}

if (import.meta.main) {
  const stale = staleGoldens();
  if (process.argv.includes('--check')) {
    for (const file of stale)
      process.stderr.write(`${file} is stale. Run node scripts/golden.ts and look at the difference.\n`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else
    for (const file of stale) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, goldens().get(file) ?? '');
    }
}
