import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localHost } from '../../runtime/host/local.ts';
import { openAudit } from '../../runtime/platform/audit.ts';
import type { AuditEntry } from '../../runtime/platform/platform-port.ts';

const entry = (number: number): AuditEntry => ({
  atMs: number,
  user: 'anna',
  action: 'apply',
  gateway: 'cell-7',
  detail: `number ${number}`,
});

describe('the audit', () => {
  let folder = '';
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'gatewright-audit-')), 'audit');
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

  it('is there at once and is found again after a restart, in order', async () => {
    const audit = openAudit(localHost, folder);
    for (let number = 0; number < 250; number += 1) audit.add(entry(number));
    assert.equal(audit.entries().length, 250);
    await audit.flush();
    const again = openAudit(localHost, folder);
    await again.flush();
    assert.deepEqual(again.entries(), audit.entries());
    assert.deepEqual(
      again.entries().map(({ atMs }) => atMs),
      Array.from({ length: 250 }, (_, number) => number),
    );
    assert.deepEqual(await readdir(folder), ['000001.jsonl', '000002.jsonl', '000003.jsonl']);
  });

  it('goes on where it stopped', async () => {
    const first = openAudit(localHost, folder);
    first.add(entry(1));
    await first.flush();
    const second = openAudit(localHost, folder);
    second.add(entry(2));
    await second.flush();
    assert.equal((await readFile(`${folder}/000001.jsonl`, 'utf8')).trim().split('\n').length, 2);
  });

  it('is bounded: the oldest file goes when a new one begins', async () => {
    await localHost.writeFile(`${folder}/000001.jsonl`, '');
    for (let number = 1; number <= 50; number += 1) {
      const name = `${String(number).padStart(6, '0')}.jsonl`;
      const full = Array.from({ length: 100 }, () => `${JSON.stringify(entry(number))}\n`).join('');
      await writeFile(`${folder}/${name}`, full);
    }
    const audit = openAudit(localHost, folder);
    audit.add(entry(51));
    await audit.flush();
    const files = await readdir(folder);
    assert.equal(files.length, 50);
    assert.ok(!files.includes('000001.jsonl') && files.includes('000051.jsonl'));
    assert.equal(audit.entries().length, 49 * 100 + 1);
  });

  it('reads on after a damaged line', async () => {
    const good = JSON.stringify(entry(1));
    await localHost.writeFile(`${folder}/000001.jsonl`, `${good}\n{"atMs":\n{"user":"x"}\n${good}\n`);
    const audit = openAudit(localHost, folder);
    await audit.flush();
    assert.equal(audit.entries().length, 2);
  });

  it('says so when it cannot be written, and tries the next entry anew', async () => {
    let broken = true;
    const host: typeof localHost = {
      ...localHost,
      writeFile: async (path, data, mode) => {
        if (broken) throw new Error('disk full');
        await localHost.writeFile(path, data, mode);
      },
    };
    const audit = openAudit(host, folder);
    audit.add(entry(1));
    await assert.rejects(audit.flush(), /disk full/);
    broken = false;
    audit.add(entry(2));
    await audit.flush();
    assert.deepEqual(
      audit.entries().map(({ atMs }) => atMs),
      [1, 2],
    );
    const again = openAudit(localHost, folder);
    await again.flush();
    assert.equal(again.entries().length, 2);
  });
});
