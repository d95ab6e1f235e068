// Runs in a guest with CAN: both readers on an interface of their own, each given frames in turn. Argument: the load. Prints what a
// frame cost each of them of the processor, and whoever sent it, a line of JSON for each round.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { processorNanos } from '../processor.ts';

const ROUNDS = 9;
/** Compiled before it counts. */
const ROUNDS_BEFORE = 12;
/** As many as the kernel keeps, so that none is lost however slow its reader is. */
const FRAMES = 10_000;
const KEPT_BYTES = 64 << 20;
const READERS = { lane: 'vcan1', npm: 'vcan2' } as const;

const [load = ''] = process.argv.slice(2);
const running: ChildProcess[] = [];

/** Microseconds of the processor for a frame. */
interface Cost {
  readonly reader: number;
  readonly sender: number;
}

async function start(name: keyof typeof READERS): Promise<() => Promise<Cost>> {
  const interfaceName = READERS[name];
  execFileSync('ip', ['link', 'add', interfaceName, 'type', 'vcan']);
  execFileSync('ip', ['link', 'set', interfaceName, 'up']);
  const file = fileURLToPath(new URL(`./${name}-reader.ts`, import.meta.url));
  const reader = spawn(process.execPath, [file, interfaceName], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.push(reader);
  await once(reader.stdout, 'data');
  return async () => {
    const before = processorNanos(reader.pid ?? 0);
    const read = once(reader.stdout, 'data');
    reader.stdin.write(`${FRAMES}\n`);
    // WHY: what is asked is how much a reader can take, so it must never wait for the load, which has a processor as slow.
    reader.kill('SIGSTOP');
    const sent = Number(execFileSync(load, [interfaceName, `${FRAMES}`], { encoding: 'utf8' }));
    reader.kill('SIGCONT');
    await read;
    const took = processorNanos(reader.pid ?? 0) - before;
    return { reader: took / 1000 / FRAMES, sender: sent / 1000 / FRAMES };
  };
}

for (const what of ['rmem_max', 'rmem_default', 'netdev_max_backlog'])
  writeFileSync(`/proc/sys/net/core/${what}`, `${KEPT_BYTES}`);
const [lane, npm] = [await start('lane'), await start('npm')];
for (let round = -ROUNDS_BEFORE; round < ROUNDS; round += 1) {
  const costs = { lane: await lane(), npm: await npm() };
  if (round >= 0) process.stdout.write(`${JSON.stringify(costs)}\n`);
}
for (const child of running) child.kill();
