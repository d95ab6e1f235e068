// The look of a node in a picture.
import { readFileSync } from 'node:fs';
import { hasPart, type NodeFolder } from '../build/node-folder.ts';
import { saidLook } from '../build/said-look.ts';

export interface Look {
  /** `#rrggbb` */
  readonly color: string;
  /** The icon of its folder as SVG; empty for one of Node-RED's own. */
  readonly icon: string;
}

/** @throws Error when its form script says no colour */
export function lookOf(folder: NodeFolder): Look {
  const { color, icon } = saidLook(folder);
  const there = icon !== undefined && hasPart(folder, `icons/${icon}`);
  return { color, icon: there ? readFileSync(`${folder.path}/icons/${icon}`, 'utf8') : '' };
}
