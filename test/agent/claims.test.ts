// Agents that share a box: what they prove of it, and what each finds of the others.
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalAgent } from '../../runtime/agent/agent.ts';
import type { Journal } from '../../runtime/agent/journal.ts';
import { openJournal } from '../../runtime/agent/journal-sqlite.ts';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import { hostWith, owning, sharing } from './boxes.ts';
import { applyDesign, type Bench, gate, openBench, type StartChanges } from './sample.ts';

const ADAPTER = '/dev/serial/by-path/pci-0000:00:15.0-usb-0:4.1:1.0-port0';

describe('agents that share a box', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());

  /** The agent of a gateway that is like no other but for its name and folder. */
  function start(gateway: string, changes: StartChanges = {}): Promise<LocalAgent> {
    const sharedBox = { neighbours: bench.folder, cards: true };
    const stateDirectory = join(bench.folder, gateway);
    return bench.start({ gateway, stateDirectory, sharedBox, host: hostWith('cabinet-pc'), ...changes });
  }

  async function recorded(gateway: string): Promise<readonly string[]> {
    const path = join(bench.folder, gateway, 'claims.json');
    const text = await readFile(path, 'utf8').catch(() => '{"claims":[]}');
    return (JSON.parse(text) as { claims: { address: string }[] }).claims.map(each => each.address);
  }

  const refusal = (code: string, message: RegExp) => (error: unknown) => {
    const { code: said, message: words } = error as { code: string; message: string };
    assert.equal(said, code, words);
    assert.match(words, message);
    return true;
  };

  it('refuse the second design that claims a device, with the name of the first', async () => {
    const [first, second] = [await start('cell-7'), await start('cell-9')];
    await applyDesign(first, owning('cell-7', { meter: ADAPTER }));
    const taken = refusal(
      'GW_CLAIM_ELSEWHERE',
      /other and meter of cell-7 both use ttyUSB0 \(USB 1-4\.1\), for robot\./,
    );
    await assert.rejects(second.plan(owning('cell-9', { other: ADAPTER })), taken);
    const plan = await second.plan(owning('cell-9', { camera: '1-4.10' }));
    assert.equal(plan.steps.filter(step => step.kind === 'device').length, 1, 'another device is free');
  });

  it('find a device that goes along with what another design has', async () => {
    const [first, second] = [await start('cell-7'), await start('cell-9')];
    await applyDesign(first, owning('cell-7', { usb: '0000:00:15.0' }));
    await assert.rejects(
      second.plan(owning('cell-9', { other: '1-4.1' })),
      refusal('GW_CLAIM_ELSEWHERE', /usb of cell-7 takes ttyUSB0 \(1-4\.1\) along/),
    );
  });

  it('look at the box for a line of the host too, when another design has what carries it', async () => {
    const [first, second] = [await start('cell-7'), await start('cell-9')];
    await applyDesign(first, owning('cell-7', { usb: '0000:00:15.0' }));
    await assert.rejects(
      second.plan(sharing('cell-9', ADAPTER)),
      refusal(
        'GW_CLAIM_ELSEWHERE',
        /usb of cell-7 takes ttyUSB0 \(USB 1-4\.1\) along, which hangs on that USB controller and which meters uses/,
      ),
    );
  });

  it('prove it again when a plan is applied: of two plans for one device the second is refused', async () => {
    const agents = [await start('cell-7'), await start('cell-9')] as const;
    const designs = [owning('cell-7', { meter: '1-4.1' }), owning('cell-9', { other: '1-4.1' })] as const;
    const hashes = [(await agents[0].plan(designs[0])).hash, (await agents[1].plan(designs[1])).hash] as const;
    const apply = (at: 0 | 1) =>
      agents[at].apply({ design: designs[at], planHash: hashes[at], onFailure: 'stop' }, () => {});
    const ends = await Promise.allSettled([apply(0), apply(1)]);
    assert.deepEqual(ends.map(end => end.status).sort(), ['fulfilled', 'rejected']);
    const refused = ends.find(end => end.status === 'rejected');
    assert.equal(refused?.reason.code, 'GW_CLAIM_ELSEWHERE');
    assert.equal((await recorded('cell-7')).length + (await recorded('cell-9')).length, 1);
  });

  it('give a device free with the design that had it, and no file stays', async () => {
    const [first, second] = [await start('cell-7'), await start('cell-9')];
    await applyDesign(first, owning('cell-7', { meter: '1-4.1' }));
    await applyDesign(first, owning('cell-7', {}));
    assert.equal((await readdir(join(bench.folder, 'cell-7'))).includes('claims.json'), false);
    const { outcome } = await applyDesign(second, owning('cell-9', { other: '1-4.1' }));
    assert.equal(outcome, 'applied');
    assert.deepEqual((await readdir(bench.folder)).sort(), ['cell-7', 'cell-9'], 'the lock is gone');
  });

  it('refuse to go back to a generation whose device somebody else has by now', async () => {
    const [first, second] = [await start('cell-7'), await start('cell-9')];
    await applyDesign(first, owning('cell-7', { meter: '1-4.1' }));
    await applyDesign(first, owning('cell-7', {}));
    await applyDesign(second, owning('cell-9', { other: '1-4.1' }));
    await assert.rejects(
      first.rollback(() => {}),
      refusal('GW_CLAIM_ELSEWHERE', /other of cell-9/),
    );
    assert.equal((await first.info()).generation, 2);
  });

  it('hold what a work that was stopped may have made, until the next start has finished it', async () => {
    const design = owning('cell-7', { meter: '1-4.1' });
    const [reached, never] = [gate(), gate()];
    const stopping = await start('cell-7', {
      seam: async ({ kind, operation }) => {
        if (kind !== 'device' || operation !== 'create') return;
        reached.open();
        await never.opened;
      },
    });
    const work = applyDesign(stopping, design).catch(error => error.code);
    await reached.opened;
    assert.deepEqual(await recorded('cell-7'), ['device.cell-7/meter'], 'before the device is made');
    const closing = stopping.close();
    never.open();
    await closing;
    await work;
    const second = await start('cell-9');
    await assert.rejects(second.plan(owning('cell-9', { other: '1-4.1' })), { code: 'GW_CLAIM_ELSEWHERE' });
    const again = await start('cell-7');
    await again.settled();
    assert.deepEqual(await recorded('cell-7'), ['device.cell-7/meter']);
    assert.equal((await again.info()).generation, 1);
  });

  it('mend at their start a record that is wider than what is real', async () => {
    const agent = await start('cell-7');
    await applyDesign(agent, owning('cell-7', { meter: '1-4.1' }));
    const path = join(bench.folder, 'cell-7', 'claims.json');
    const wide = await readFile(path, 'utf8');
    await applyDesign(agent, owning('cell-7', {}));
    await agent.close();
    // As a stop between the last line of the journal and the record leaves it.
    await writeFile(path, wide);
    await (await start('cell-7')).settled();
    assert.deepEqual(await recorded('cell-7'), []);
  });

  it('mend at their start what a stop left between the record and the journal', async () => {
    const agent = await start('cell-7', {
      openJournal(path, gateway) {
        const journal = openJournal(path, gateway);
        const write: Journal['write'] = change => {
          if (change.type === 'open') throw new Error('stopped here');
          journal.write(change);
        };
        return { ...journal, write };
      },
    });
    await assert.rejects(applyDesign(agent, owning('cell-7', { meter: '1-4.1' })), /stopped here/);
    assert.deepEqual(await recorded('cell-7'), ['device.cell-7/meter'], 'the record is ahead of the journal');
    await agent.close();
    await (await start('cell-7')).settled();
    assert.deepEqual(await recorded('cell-7'), []);
  });

  it('refuse to guess what a neighbour holds whose record they cannot read', async () => {
    const agent = await start('cell-7');
    await mkdir(join(bench.folder, 'strange'));
    for (const text of [
      '{',
      '[]',
      '{"version":2,"gateway":"x","claims":[]}',
      '{"version":1,"gateway":"x","claims":[{}]}',
    ]) {
      await writeFile(join(bench.folder, 'strange/claims.json'), text);
      await assert.rejects(
        agent.plan(owning('cell-7', { meter: '1-4.1' })),
        refusal('GW_CLAIM_RECORD', /strange\/claims\.json.*delete the file when it is gone/),
      );
    }
    await rm(join(bench.folder, 'strange'), { recursive: true });
    assert.notEqual((await agent.plan(owning('cell-7', { meter: '1-4.1' }))).steps.length, 0);
  });

  it('leave each other alone where nothing of a box is real', async () => {
    const design = (gateway: string): GatewayDesign => owning(gateway, { meter: '1-4.1' });
    for (const gateway of ['cell-7', 'cell-9']) {
      const agent = await bench.start({ gateway, stateDirectory: join(bench.folder, gateway) });
      assert.equal((await applyDesign(agent, design(gateway))).outcome, 'applied');
      assert.deepEqual(await recorded(gateway), []);
    }
  });
});

describe('an agent on its box', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());

  const refused = async (dump: 'cabinet-pc' | 'pole-box', devices: Readonly<Record<string, string>>) => {
    const sharedBox = { neighbours: bench.folder, cards: true };
    const agent = await bench.start({ host: hostWith(dump), sharedBox });
    const error = await agent.plan(owning('cell-7', devices)).then(
      () => undefined,
      (cause: { code: string; message: string; address: string }) => cause,
    );
    await agent.close();
    return error;
  };

  it('refuses what the drawing could not know: there is no VT-d', async () => {
    const error = await refused('pole-box', { card: '0000:02:00.0' });
    assert.equal(error?.code, 'GW_CLAIM_IOMMU');
    assert.equal(error?.address, 'device.cell-7/card');
    assert.match(error?.message ?? '', /: this CPU has no VT-d\.$/);
  });

  it('keeps the card through which it is reached, and the disk that it runs from', async () => {
    assert.equal((await refused('cabinet-pc', { card: '0000:01:00.0' }))?.code, 'GW_CLAIM_MANAGEMENT');
    const both = await refused('cabinet-pc', { card: '0000:01:00.0', chipset: '0000:00:1f.1' });
    assert.match(
      both?.message ?? '',
      /through which the box is managed.* IOMMU group 2 .*0000:00:1f\.0 \(ISA bridge\) and 0000:00:1f\.1 \(SMBus\)/,
    );
  });

  it('gives what is free, without a word', async () => {
    assert.equal(
      await refused('cabinet-pc', { card: '0000:02:00.0', can: '0000:04:00.0', com: '/dev/ttyS0' }),
      undefined,
    );
  });

  it('reads its journal and its record from one folder', async () => {
    const sharedBox = { neighbours: bench.folder, cards: true };
    const agent = await bench.start({ host: hostWith('cabinet-pc'), sharedBox });
    await applyDesign(agent, owning('cell-7', { meter: '1-4.1' }));
    await agent.close();
    const journal = openJournal(join(bench.folder, 'state/journal.db'), 'cell-7');
    assert.equal(journal.applied(1)[0]?.design.resources['device.cell-7/meter']?.kind, 'device');
    journal.close();
  });
});
