// Where the headers of Node lie: beside the Node that runs us, or where a distribution puts them.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder of the headers of N-API, which are the same for every Node from 20 on. @throws Error when there are none */
export function headersOfNode(): string {
  const folders = [join(dirname(dirname(process.execPath)), 'include', 'node'), '/usr/include/node'];
  const found = folders.find(folder => existsSync(join(folder, 'node_api.h')));
  if (found === undefined) throw new Error(`there is no node_api.h in ${folders.join(' or ')}`);
  return found;
}
