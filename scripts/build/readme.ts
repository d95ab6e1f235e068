// The README of the pack: nodes/README.md with a picture and a sentence for each node.
import { readFileSync } from 'node:fs';
import { type NodeFolder, readPart } from './node-folder.ts';

const MARK = '<!-- nodes -->';

/** @throws Error when nodes/README.md has no place for the nodes */
export function packReadme(root: string, folders: readonly NodeFolder[]): string {
  const text = readFileSync(`${root}nodes/README.md`, 'utf8');
  if (!text.includes(MARK)) throw new Error(`nodes/README.md has no ${MARK}; put it where the nodes shall be shown`);
  return text.replace(MARK, folders.map(nodeRow).join('\n\n'));
}

function nodeRow(folder: NodeFolder): string {
  return `### ${folder.name}\n\n![The node ${folder.name} with its ports](images/${folder.name}.svg)\n\n${helpSummary(folder)}`;
}

/** The first sentences of a node's help. */
export function helpSummary(folder: NodeFolder): string {
  const lines = readPart(folder, `${folder.name}.help.md`).split('\n');
  return lines.find(line => line.trim() !== '' && !line.startsWith('#') && !line.startsWith('<')) ?? '';
}
