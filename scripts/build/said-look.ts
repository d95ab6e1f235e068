// What the form script of a node says of its look, read from its source: nothing of the editor runs here.
import { type NodeFolder, readPart } from './node-folder.ts';

export interface SaidLook {
  readonly category: string;
  /** `#rrggbb` */
  readonly color: string;
  /** File name of its icon. */
  readonly icon: string | undefined;
  /** Of a message node; others say it in their declaration. */
  readonly outputs: number | undefined;
}

/** @throws Error when it says no category or no colour */
export function saidLook(folder: NodeFolder): SaidLook {
  const script = readPart(folder, `${folder.name}.editor.ts`);
  const said = (name: string) => new RegExp(`^  ${name}: '?([^',]+)'?,$`, 'm').exec(script)?.[1];
  const [category, color, outputs] = ['category', 'color', 'outputs'].map(said);
  if (category === undefined || color === undefined)
    throw new Error(`nodes/${folder.name}/${folder.name}.editor.ts says no category or no colour; write it as 'text'`);
  return { category, color, icon: said('icon'), outputs: outputs === undefined ? undefined : Number(outputs) };
}
