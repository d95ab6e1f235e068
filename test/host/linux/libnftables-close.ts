// Closes libnftables while an answer is waiting to be heard, then says so. `node libnftables-close.ts`
import { openLibnftables } from '../../../runtime/host/linux/libnftables.ts';

/** Longer than the thread takes to answer; this thread hears nothing meanwhile. */
const DEAF_MS = 300;

const library = await openLibnftables();
const answer = library.run('list tables', 'outline').catch(() => undefined);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, DEAF_MS);
await library.close();
await answer;
process.stdout.write('closed\n');
