// What the site is made of: every document of the project with its place in the site. Which there are is read from folders and
// from the table of contents, docs/index.md.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { inPaletteOrder } from '../build/manifest.ts';
import { nodeFolders } from '../build/node-folder.ts';
import { nodePicture } from '../picture/node-picture.ts';
import { nodePage } from './node-page.ts';

export interface SourcePage {
  /** Path of the text in the project, from which its links go: `docs/buses.md`. */
  readonly source: string;
  /** Path in the site: `buses.html`. */
  readonly target: string;
  readonly markdown: string;
  /** Heading of the table of contents it is under. */
  readonly group: string;
}

export interface Site {
  readonly pages: readonly SourcePage[];
  /** Files that are made, by their path in the site. */
  readonly made: ReadonlyMap<string, string>;
}

export const CONTENTS = 'docs/index.md';
const NODES = 'Nodes';
const DESIGNS = 'Reference designs';

/** @param root  of the project, with a slash at its end */
export function readSite(root: string): Site {
  const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
  const contents = read(CONTENTS);
  const groups = groupsOf(contents);
  const documents = readdirSync(`${root}docs`)
    .filter(file => file.endsWith('.md'))
    .map(file => ({
      source: `docs/${file}`,
      target: file.replace(/\.md$/, '.html'),
      markdown: read(`docs/${file}`),
      group: groups.get(file) ?? '',
    }));
  const order = [...groups.keys()];
  const placeOf = ({ source }: SourcePage) => order.indexOf(source.slice('docs/'.length));
  const { pages: nodes, pictures } = nodePages(root, read);
  const sorted = documents.toSorted((a, b) => placeOf(a) - placeOf(b));
  return { pages: [...sorted, ...nodes, ...designPages(root, read)], made: pictures };
}

/** The heading that each document is linked under, by its file. */
function groupsOf(contents: string): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  let heading = '';
  for (const line of contents.split('\n')) {
    heading = /^## (.+)$/.exec(line)?.[1] ?? heading;
    const file = /^- \[[^\]]+\]\(([a-z0-9-]+\.md)\)/.exec(line)?.[1];
    if (file !== undefined) groups.set(file, heading);
  }
  return groups;
}

function nodePages(root: string, read: (path: string) => string) {
  const types = new Map(NODE_TYPES.map(type => [type.type.replace('gatewright-', ''), type]));
  const drawn = designs(root).flatMap(name => JSON.parse(read(`flows/${name}/flow.json`)) as unknown[]);
  const pictures = new Map<string, string>();
  const pages = inPaletteOrder(nodeFolders(root), types).flatMap(folder => {
    const type = types.get(folder.name);
    if (type === undefined) return [];
    pictures.set(`images/nodes/${folder.name}.svg`, nodePicture(root, folder, type, drawn));
    const source = `nodes/${folder.name}/${folder.name}.help.md`;
    return [{ source, target: `nodes/${folder.name}.html`, markdown: nodePage(root, folder, type), group: NODES }];
  });
  return { pages, pictures };
}

function designPages(root: string, read: (path: string) => string): SourcePage[] {
  return designs(root).map(name => ({
    source: `flows/${name}/README.md`,
    target: `designs/${name}.html`,
    markdown: read(`flows/${name}/README.md`),
    group: DESIGNS,
  }));
}

function designs(root: string): string[] {
  return readdirSync(`${root}flows`)
    .filter(name => existsSync(`${root}flows/${name}/flow.json`))
    .sort();
}
