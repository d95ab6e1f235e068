// `npm run docs:site`: writes the documentation as a folder of plain pages, which can be read from a disk as from a server, and
// which asks nobody else for anything.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Output, writeOutput } from './build/output.ts';
import { linkFaults } from './site/check-links.ts';
import { framed, type PageInFrame } from './site/layout.ts';
import { render } from './site/render.ts';
import { readSite } from './site/source.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const SITE = `${ROOT}dist-site`;
const STATIC = ['site.css', 'search.js'];

/**
 * Contents of every file of the site by its path.
 * @throws Error that names a document which links to what is not there
 */
export function siteFiles(root: string = ROOT): Output {
  const { pages, made } = readSite(root);
  const output: Output = new Map(made);
  const targets = new Map(pages.map(({ source, target }) => [source, target]));
  const place = (source: string) => (path: string) => targets.get(path) ?? copied(root, path, source, output);
  const rendered: PageInFrame[] = pages.map(page => ({
    ...{ target: page.target, group: page.group },
    ...render(page.markdown, page.source, page.target, place(page.source)),
  }));
  for (const page of rendered) output.set(page.target, framed(page, rendered));
  for (const file of STATIC) output.set(file, readFileSync(`${root}scripts/site/${file}`));
  output.set('search-index.js', searchIndex(rendered));
  return output;
}

/** A file of the project that a document links to goes along; code as text, so that a browser shows it. */
function copied(root: string, path: string, source: string, output: Output): string {
  const own = path.replace(/^docs\//, '');
  if (output.has(own)) return own;
  if (!existsSync(`${root}${path}`) || !statSync(`${root}${path}`).isFile())
    throw new Error(`${source} links to ${path}, which is not there; mend the link`);
  const target = path.startsWith('docs/') ? own : `files/${path}${/\.(?:ts|sh|mjs)$/.test(path) ? '.txt' : ''}`;
  output.set(target, readFileSync(`${root}${path}`));
  return target;
}

function searchIndex(pages: readonly PageInFrame[]): string {
  const entries = pages.map(({ title, target, headings, html }) => ({
    ...{ title, target, headings: headings.map(({ id, words }) => ({ id, words })) },
    text: html
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .toLowerCase(),
  }));
  return `window.GATEWRIGHT_PAGES = ${JSON.stringify(entries)};\n`;
}

if (import.meta.main) {
  const site = siteFiles();
  const faults = linkFaults(site);
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
  else {
    writeOutput(SITE, site);
    process.stdout.write(`${SITE}/index.html\n`);
  }
}
