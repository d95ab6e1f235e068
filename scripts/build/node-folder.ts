// What belongs to one node type: the files of its folder, found by name. Knows nothing of their meaning.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface NodeFolder {
  /** Name of the folder and of the node set, `vm`. */
  readonly name: string;
  readonly path: string;
}

/** Folders below nodes/ that hold a node type. */
export function nodeFolders(root: string): readonly NodeFolder[] {
  return readdirSync(`${root}nodes`, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(`${root}nodes/${entry.name}/${entry.name}.ts`))
    .map(entry => ({ name: entry.name, path: `${root}nodes/${entry.name}` }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Text of a file of the folder, `vm.form.html`.
 * @throws Error that says which file to add
 */
export function readPart(folder: NodeFolder, file: string): string {
  const path = `${folder.path}/${file}`;
  if (existsSync(path)) return readFileSync(path, 'utf8');
  throw new Error(`nodes/${folder.name}/${file} is missing; add it (see docs/add-a-node.md)`);
}

export function hasPart(folder: NodeFolder, file: string): boolean {
  return existsSync(`${folder.path}/${file}`);
}
