// Memories of guests on the disk: made once, whoever else wants them at the same time, and whoever dies over it.
import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SnapshotStore } from '../../runtime/host/snapshot-store.ts';
import { refusal } from '../contract/driver-case.ts';

const JOB = fileURLToPath(new URL('./snapshot-job.ts', import.meta.url));
const KEY = 'k1';
const MEMORY = Buffer.from('the memory');

describe('memories of guests', function () {
  this.timeout(60_000);
  let folder = '';
  const jobs: Job[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-snapshots-'));
  });
  afterEach(async () => {
    await Promise.all(jobs.splice(0).map(job => job.kill()));
    await rm(folder, { recursive: true, force: true });
  });
  const start = () => {
    const job = new Job(folder);
    jobs.push(job);
    return job;
  };

  it('are made by one of two processes; the other waits and gets the same', async () => {
    const first = start();
    await first.says('makes');
    const second = start();
    await second.says('waits');
    first.tell('by the first');
    assert.equal(await first.says('got'), 'got by the first');
    assert.equal(await second.says('got'), 'got by the first');
    assert.doesNotMatch(second.heard, /makes/);
    await Promise.all([first.ended, second.ended]);
    assert.deepEqual(await readdir(folder), [`${KEY}.snapshot`]);
  });

  it('are made by who waited when their maker is killed half-way, and nothing of it is left', async () => {
    const [first, second] = [start(), start()];
    const makes = async (job: Job) => {
      await job.says('makes');
      return job;
    };
    const maker = await Promise.race([makes(first), makes(second)]);
    const other = maker === first ? second : first;
    await other.says('waits');
    await maker.kill();
    await other.says('makes');
    other.tell('by who waited');
    assert.equal(await other.says('got'), 'got by who waited');
    await other.ended;
    assert.deepEqual(await readdir(folder), [`${KEY}.snapshot`]);
  });

  it('are made anew after a making whose process was killed while nobody waited', async () => {
    const job = start();
    await job.says('makes');
    await job.kill();
    assert.deepEqual(await new SnapshotStore(folder).get(KEY, async () => MEMORY), MEMORY);
    assert.deepEqual(await readdir(folder), [`${KEY}.snapshot`]);
  });

  it('are made once for two gateways of one process, and all others are told that they wait', async () => {
    let [made, waited] = [0, 0];
    const all = Promise.withResolvers<void>();
    const make = async () => {
      made += 1;
      await all.promise;
      return MEMORY;
    };
    const waits = () => {
      waited += 1;
      if (waited === 3) all.resolve();
    };
    const stores = [new SnapshotStore(folder), new SnapshotStore(folder)];
    const got = stores.flatMap(store => [store.get(KEY, make, { waits }), store.get(KEY, make, { waits })]);
    assert.deepEqual(await Promise.all(got), [MEMORY, MEMORY, MEMORY, MEMORY]);
    assert.equal(made, 1);
  });

  it('are made by the next one when a making fails, which is told to who began it', async () => {
    const [left, right] = [new SnapshotStore(folder), new SnapshotStore(folder)];
    const [begun, waiting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const failing = left.get(KEY, async () => {
      begun.resolve();
      await waiting.promise;
      throw new Error('no memory today');
    });
    await begun.promise;
    const next = right.get(KEY, async () => MEMORY, { waits: waiting.resolve });
    await assert.rejects(failing, /no memory today/);
    assert.deepEqual(await next, MEMORY);
  });

  it('are not waited for by who is told to stop', async () => {
    await start().says('makes');
    const controller = new AbortController();
    const waits = () => controller.abort();
    const unwanted = async (): Promise<Uint8Array> => assert.fail('the other process makes it');
    const given = new SnapshotStore(folder).get(KEY, unwanted, { signal: controller.signal, waits });
    assert.equal(await refusal(given), 'GW_CANCELLED');
  });
});

/** A process that wants the memory. */
class Job {
  heard = '';
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Set<() => void>();

  constructor(folder: string) {
    this.#child = spawn(process.execPath, [JOB, folder, KEY], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = once(this.#child, 'close');
    const look = () => {
      for (const each of [...this.#waiting]) each();
    };
    this.#child.stdout.on('data', chunk => {
      this.heard += String(chunk);
      look();
    });
    this.#child.once('close', look);
  }

  /** The first line that begins with a word. */
  async says(word: string): Promise<string> {
    for (;;) {
      const line = this.heard
        .split('\n')
        .slice(0, -1)
        .find(each => each.startsWith(word));
      if (line !== undefined) return line;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`it ended and said: ${this.heard}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
    }
  }

  tell(memory: string): void {
    this.#child.stdin.write(`${memory}\n`);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}
