// The look of a node in the editor, as its form script says it.
import { readFileSync } from 'node:fs';
import { hasPart, type NodeFolder, readPart } from '../build/node-folder.ts';

export interface Look {
  /** `#rrggbb` */
  readonly color: string;
  /** The icon of its folder as SVG; empty for one of Node-RED's own. */
  readonly icon: string;
}

/** @throws Error when its script says no colour */
export function lookOf(folder: NodeFolder): Look {
  const script = readPart(folder, `${folder.name}.editor.ts`);
  const color = /\bcolor: '(#[0-9A-Fa-f]{6})'/.exec(script)?.[1];
  if (color === undefined) throw new Error(`nodes/${folder.name}/${folder.name}.editor.ts says no colour; give it one`);
  const file = /\bicon: '([^']+)'/.exec(script)?.[1];
  const there = file !== undefined && hasPart(folder, `icons/${file}`);
  return { color, icon: there ? readFileSync(`${folder.path}/icons/${file}`, 'utf8') : '' };
}
