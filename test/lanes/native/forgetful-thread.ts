// Opens ports and ends by an error, without closing any.
import { readdirSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { loadAddon, type NativePort, portOf } from '../../../runtime/lanes/native/addon.ts';

const loaded = loadAddon(workerData as string);
if ('why' in loaded) throw new Error(loaded.why);
const before = readdirSync('/proc/self/fd').length;
const held: NativePort[] = [];
for (let index = 0; index < 20; index += 1) held.push(portOf(loaded.addon.openUdp('127.0.0.1', 0, '', 0, 0), 'a port'));
parentPort?.postMessage(readdirSync('/proc/self/fd').length - before);
setTimeout(() => {
  throw new Error(`${held.length} ports are forgotten`);
}, 10);
