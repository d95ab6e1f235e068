// A process that wants one memory, makes it when told to, and ends.
//   node snapshot-job.ts DIRECTORY KEY      prints `makes` or `waits`, then `got TEXT`; a line on its input is what it makes
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { SnapshotStore } from '../../runtime/host/snapshot-store.ts';

const [directory = '', key = ''] = process.argv.slice(2);
const input = createInterface({ input: process.stdin });

async function make(): Promise<Uint8Array> {
  const told = once(input, 'line');
  console.log('makes');
  return Buffer.from(String(await told));
}

const memory = await new SnapshotStore(directory).get(key, make, { waits: () => console.log('waits') });
console.log(`got ${Buffer.from(memory)}`);
input.close();
process.stdin.destroy();
