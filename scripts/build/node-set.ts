// The files of one node set as Node-RED expects them: stub, html, catalogues, help, icons.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hasPart, type NodeFolder, readPart } from './node-folder.ts';
import type { Output } from './output.ts';

export const LANGUAGES = ['en-US', 'de'] as const;

/** Adds `nodes/<name>/…` to the output. */
export function addNodeSet(output: Output, root: string, folder: NodeFolder, script: string): void {
  const { name } = folder;
  const base = `nodes/${name}`;
  output.set(`${base}/${name}.js`, stub(`RED => require('../../gatewright.cjs').register(RED, 'gatewright-${name}')`));
  output.set(`${base}/${name}.html`, html(folder, script));
  for (const language of LANGUAGES) {
    output.set(
      `${base}/locales/${language}/${name}.json`,
      `${JSON.stringify(nodeCatalogue(root, folder, language), null, 1)}\n`,
    );
    output.set(`${base}/locales/${language}/${name}.html`, help(folder, language));
  }
  addIcons(output, folder, base);
}

/** CommonJS whatever package.json says of `.js`: dist/package.json has no `type`. */
export function stub(expression: string): string {
  return `'use strict';\nmodule.exports = ${expression};\n`;
}

function html(folder: NodeFolder, script: string): string {
  const form = readPart(folder, `${folder.name}.form.html`);
  return [
    `<script type="text/html" data-template-name="gatewright-${folder.name}">\n<div class="gw-form">\n${form}</div>\n</script>`,
    `<script type="text/javascript">\n${script}</script>\n`,
  ].join('\n');
}

/** The node's own words over those that all nodes share. */
export function nodeCatalogue(root: string, folder: NodeFolder, language: string): Words {
  const shared = JSON.parse(readFileSync(`${root}editor/locales/${language}/shared.json`, 'utf8'));
  const own = JSON.parse(readPart(folder, `locales/${language}/${folder.name}.json`));
  return merge(shared, own);
}

export type Words = { readonly [key: string]: string | Words };

function merge(under: Words, over: Words): Words {
  const merged = Object.entries(over).map(([key, value]) => {
    const below = under[key];
    return [key, typeof value === 'object' && typeof below === 'object' ? merge(below, value) : value] as const;
  });
  return { ...under, ...Object.fromEntries(merged) };
}

function help(folder: NodeFolder, language: string): string {
  const { name } = folder;
  const markdown = readPart(folder, language === 'en-US' ? `${name}.help.md` : `locales/${language}/${name}.help.md`);
  if (/<\/script/i.test(markdown))
    throw new Error(`the help of ${name} closes its own script element; take </script out`);
  return `<script type="text/markdown" data-help-name="gatewright-${name}">\n${markdown}</script>\n`;
}

function addIcons(output: Output, folder: NodeFolder, base: string): void {
  if (!hasPart(folder, 'icons') || !existsSync(`${folder.path}/icons`)) return;
  for (const icon of readdirSync(`${folder.path}/icons`).filter(file => file.endsWith('.svg')))
    output.set(`${base}/icons/${icon}`, readFileSync(`${folder.path}/icons/${icon}`));
}
