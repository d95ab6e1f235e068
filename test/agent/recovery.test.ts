// A stop in the middle of a work, and what the next start makes of it. Kills are in test/faults.
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openJournal } from '../../runtime/agent/journal-sqlite.ts';
import type { SeamPoint } from '../../runtime/drivers/memory/handle.ts';
import {
  addressesIn,
  addressesOf,
  applyDesign,
  type Bench,
  eventOf,
  gate,
  openBench,
  sampleDesign,
  VM_A,
} from './sample.ts';

/** Calls back when a VM is about to be made, and waits until its signal says stop. */
function stopAtVm(reached: () => void) {
  return ({ operation, at, kind, signal }: SeamPoint) =>
    operation === 'create' && at === 'start' && kind === 'vm' && signal !== undefined
      ? new Promise<void>(resolve => {
          signal.addEventListener('abort', () => resolve(), { once: true });
          reached();
        })
      : undefined;
}

describe('recovery', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());

  /** Leaves an apply unfinished, as a stop of the agent does. */
  async function interrupt(design = sampleDesign()): Promise<void> {
    const reached = gate();
    const agent = await bench.start({ seam: stopAtVm(reached.open) });
    const work = assert.rejects(applyDesign(agent, design), { code: 'GW_AGENT_STOPPING' });
    await reached.opened;
    await agent.close();
    await work;
  }

  it('clears away files that a kill left half-written in the folders of the drivers', async () => {
    const drivers = join(bench.folder, 'state/drivers/memory');
    const first = await bench.start();
    await applyDesign(first, sampleDesign());
    await first.close();
    await writeFile(join(drivers, 'simulated/.gatewright-unfinished-0-x.json'), 'half');
    const agent = await bench.start();
    assert.deepEqual(
      (await readdir(drivers, { recursive: true })).filter(name => name.includes('unfinished')),
      [],
    );
    assert.deepEqual(await addressesOf(agent), addressesIn(sampleDesign()));
  });

  it('completes an apply that a stop of the agent interrupted', async () => {
    await interrupt();
    const agent = await bench.start();
    assert.equal((await agent.info()).busy, 'recovering');
    await assert.rejects(agent.plan(sampleDesign()), { code: 'GW_AGENT_BUSY' });
    const ended = await eventOf(agent, 'apply-ended');
    assert.deepEqual([ended.outcome, ended.generation], ['applied', 1]);
    assert.match(ended.message, /resumed after a stop/);
    await agent.settled();
    assert.equal((await agent.info()).busy, 'idle');
    assert.deepEqual(await addressesOf(agent), addressesIn(sampleDesign()));
    assert.deepEqual((await agent.plan(sampleDesign())).steps, []);
  });

  it('goes back when the apply cannot be completed', async () => {
    const first = await bench.start();
    await applyDesign(first, sampleDesign({ tenants: ['a'] }));
    await first.close();
    await interrupt(sampleDesign());
    const agent = await bench.start({
      seam({ operation, kind }) {
        if (operation === 'create' && kind === 'vm') throw new Error('boom');
      },
    });
    const ended = await eventOf(agent, 'apply-ended');
    assert.deepEqual([ended.outcome, ended.generation], ['rolled-back', 1]);
    assert.match(ended.message, /could not be resumed: create vm.*boom.*generation 1 is complete again/);
    await agent.settled();
    assert.deepEqual((await agent.plan(sampleDesign({ tenants: ['a'] }))).steps, []);
  });

  it('raises an alarm when neither forward nor back works, and then waits for a person', async () => {
    await interrupt();
    let broken = true;
    const agent = await bench.start({
      seam({ operation, kind }) {
        if (broken && operation === 'observe' && kind === 'vm') throw new Error('boom');
      },
    });
    const alarm = await eventOf(agent, 'alarm');
    assert.equal(alarm.code, 'GW_RECOVERY_FAILED');
    await agent.settled();
    broken = false;
    assert.equal((await agent.info()).busy, 'idle');
    assert.equal((await applyDesign(agent, sampleDesign())).outcome, 'applied');
  });

  it('goes on going back after a stop in the middle of a rollback', async () => {
    const first = await bench.start();
    await applyDesign(first, sampleDesign());
    await applyDesign(first, sampleDesign({ memoryMiB: 512 }));
    await first.close();
    const reached = gate();
    const second = await bench.start({
      seam: ({ operation, address, signal }) =>
        operation === 'update' && address === VM_A && signal !== undefined
          ? new Promise<void>(resolve => {
              signal.addEventListener('abort', () => resolve(), { once: true });
              reached.open();
            })
          : undefined,
    });
    const work = assert.rejects(
      second.rollback(() => {}),
      { code: 'GW_AGENT_STOPPING' },
    );
    await reached.opened;
    await second.close();
    await work;
    const third = await bench.start();
    const ended = await eventOf(third, 'apply-ended');
    assert.deepEqual([ended.outcome, ended.generation], ['rolled-back', 1]);
    await third.settled();
    assert.deepEqual((await third.plan(sampleDesign())).steps, []);
  });

  it('keeps what was applied over a restart', async () => {
    const first = await bench.start();
    await applyDesign(first, sampleDesign());
    await first.close();
    const second = await bench.start();
    assert.equal((await second.info()).generation, 1);
    assert.equal((await second.info()).busy, 'idle');
    assert.deepEqual((await second.drift())?.steps, []);
  });
});

describe('the journal', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());
  const file = () => join(bench.folder, 'journal.db');

  it('lets one agent in at a time', async () => {
    const first = await bench.start();
    await assert.rejects(bench.start(), { code: 'GW_AGENT_LOCKED' });
    await first.close();
    await bench.start();
  });

  it('refuses a file that is no database, and leaves it as it is', async () => {
    await writeFile(file(), 'no database at all, but long enough to be one of those that begin with a header');
    assert.throws(() => openJournal(file(), 'cell-7'), { code: 'GW_JOURNAL_DAMAGED' });
  });

  it('refuses a database of something else', () => {
    const other = new DatabaseSync(file());
    other.exec('CREATE TABLE song (title TEXT)');
    other.close();
    assert.throws(() => openJournal(file(), 'cell-7'), { code: 'GW_JOURNAL_DAMAGED', message: /something else/ });
  });

  it('refuses a journal of a newer version and of another gateway', () => {
    openJournal(file(), 'cell-7').close();
    assert.throws(() => openJournal(file(), 'cell-8'), { code: 'GW_JOURNAL_NEWER', message: /cell-7/ });
    const newer = new DatabaseSync(file());
    newer.exec('PRAGMA user_version = 999');
    newer.close();
    assert.throws(() => openJournal(file(), 'cell-7'), { code: 'GW_JOURNAL_NEWER', message: /999/ });
  });

  it('refuses an entry whose design does not parse', async () => {
    const agent = await bench.start();
    await applyDesign(agent, sampleDesign());
    await agent.close();
    const database = new DatabaseSync(join(bench.folder, 'state/journal.db'));
    database.exec(`UPDATE generation SET design = '{"version":1}'`);
    database.close();
    await assert.rejects(bench.start(), { code: 'GW_JOURNAL_DAMAGED' });
  });

  it('refuses a folder that it cannot write in', () => {
    assert.throws(() => openJournal(join(bench.folder, 'absent/journal.db'), 'cell-7'), { code: 'GW_JOURNAL_IO' });
  });

  it('changes nothing any more when it cannot be written', async () => {
    const full = new Error('the disk is full');
    let space = Number.POSITIVE_INFINITY;
    const agent = await bench.start({
      openJournal(path, gateway) {
        const journal = openJournal(path, gateway);
        const write: typeof journal.write = change => {
          space -= 1;
          if (space < 0) throw full;
          journal.write(change);
        };
        return { ...journal, write };
      },
    });
    space = 4;
    await assert.rejects(applyDesign(agent, sampleDesign()), full);
    space = Number.POSITIVE_INFINITY;
    assert.equal((await applyDesign(agent, sampleDesign())).outcome, 'applied');
  });

  it('forgets old attempts and keeps what a rollback needs', () => {
    const journal = openJournal(file(), 'cell-7');
    const plan = { steps: [] } as never;
    const design = sampleDesign({ tenants: ['a'] });
    for (let entry = 1; entry <= 450; entry += 1) {
      journal.write({ type: 'open', entry, generation: entry, design, plan, atMs: entry });
      journal.write({ type: 'close', entry, state: entry <= 30 ? 'applied' : 'failed', message: '', atMs: entry });
    }
    assert.equal(journal.applied(1_000).length, 20);
    assert.equal(journal.applied(1)[0]?.id, 30);
    assert.equal(journal.newest()?.id, 450);
    journal.close();
    const database = new DatabaseSync(file());
    assert.deepEqual({ ...database.prepare('SELECT count(*) AS kept FROM generation').get() }, { kept: 220 });
    database.close();
  });
});
