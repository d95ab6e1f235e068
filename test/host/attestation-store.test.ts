// What is kept about machines that are attested: names that may be folders, texts that are replaced whole, and a history that
// only grows at its end and shrinks at its beginning.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttestationStore } from '../../runtime/host/attestation-store.ts';
import type { NumberedFiles } from '../../runtime/host/numbered-files.ts';

describe('the store of attestation', () => {
  let state = '';
  let store: AttestationStore;
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'gatewright-attestation-'));
    store = new AttestationStore(state, { most: 3, mostBytes: 1_000 });
  });
  afterEach(() => rm(state, { recursive: true }));

  const add = (history: NumberedFiles, text: string) =>
    history.append(last => ({ number: (last?.number ?? 0) + 1, text }));
  const texts = async (history: NumberedFiles) =>
    Promise.all((await history.numbers()).map(async number => (await history.read(number))?.text));

  it('keeps what is known of each machine apart, for its own user only', async () => {
    await store.of('host').enrolment.write('of the box');
    await store.of('vm.plc').enrolment.write('of a VM');
    await store.of('vm.plc').standing.write('trusted');
    await add(store.of('vm.plc').history, 'one');
    const another = new AttestationStore(state);
    assert.deepEqual(await another.list(), ['host', 'vm.plc']);
    assert.deepEqual(await another.of('host').enrolment.read(), 'of the box');
    assert.deepEqual(await another.of('host').standing.read(), undefined);
    assert.deepEqual(await another.of('vm.plc').standing.read(), 'trusted');
    assert.deepEqual(await texts(another.of('vm.plc').history), ['one']);
    for (const file of ['enrolment.json', 'history/000000000001.json'])
      assert.equal((await stat(join(state, 'attestation/vm.plc', file))).mode & 0o777, 0o600);
    await another.of('vm.plc').remove();
    assert.deepEqual(await another.list(), ['host']);
  });

  it('takes no name that could be a path', () => {
    for (const name of ['', '..', 'vm.', 'vm.../x', 'vm./etc', 'vm.A', 'hosts', 'vm', 'vm.a.b', `vm.${'a'.repeat(33)}`])
      assert.throws(() => store.of(name), RangeError, name);
  });

  it('hands each new text the one before it, also when several are added at once', async () => {
    const { history } = store.of('host');
    const seen: (string | undefined)[] = [];
    await Promise.all(
      ['one', 'two', 'three'].map(text =>
        history.append(last => {
          seen.push(last?.text);
          return { number: (last?.number ?? 0) + 1, text };
        }),
      ),
    );
    assert.deepEqual(seen, [undefined, 'one', 'two']);
    assert.deepEqual(await texts(history), ['one', 'two', 'three']);
  });

  it('removes the oldest when there are too many, and goes on counting', async () => {
    const { history } = store.of('host');
    for (const text of ['one', 'two', 'three', 'four', 'five']) await add(history, text);
    assert.deepEqual(await history.numbers(), [3, 4, 5]);
    assert.deepEqual(await texts(history), ['three', 'four', 'five']);
    assert.equal(await history.read(1), undefined);
  });

  it('removes the oldest when they are too long, but never the newest', async () => {
    const { history } = store.of('host');
    await add(history, 'short');
    await add(history, 'b'.repeat(600));
    await add(history, 'c'.repeat(600));
    assert.deepEqual(await history.numbers(), [3]);
    await add(history, 'd'.repeat(5_000));
    assert.deepEqual(await history.numbers(), [4]);
    await add(history, 'short again');
    assert.deepEqual(await history.numbers(), [5], 'what is older than one that does not fit goes with it');
  });

  it('goes on after an addition that failed, and adds only what follows', async () => {
    const { history } = store.of('host');
    await assert.rejects(
      history.append(() => assert.fail('not today')),
      /not today/,
    );
    await assert.rejects(
      history.append(() => ({ number: 2, text: 'too soon' })),
      RangeError,
    );
    await add(history, 'one');
    assert.deepEqual(await texts(history), ['one']);
  });

  it('never writes over what another agent added meanwhile', async () => {
    const { history } = store.of('host');
    await add(history, 'one');
    const path = join(state, 'attestation/host/history/000000000002.json');
    const late = history.append(() => {
      writeFileSync(path, 'of the other agent');
      return { number: 2, text: 'ours' };
    });
    await assert.rejects(late, { code: 'GW_HOST_UNEXPECTED' });
    assert.deepEqual(await texts(history), ['one', 'of the other agent']);
  });

  it('leaves what is not its own, and takes what a kill left half-written for nothing', async () => {
    const folder = join(state, 'attestation/host/history');
    await mkdir(folder, { recursive: true });
    for (const name of ['notes.txt', '1.json', '.gatewright-unfinished-ab-000000000007.json'])
      await writeFile(join(folder, name), 'not ours');
    const { history } = store.of('host');
    for (const text of ['one', 'two', 'three', 'four']) await add(history, text);
    assert.deepEqual(await history.numbers(), [2, 3, 4]);
    const left = (await readdir(folder)).filter(name => !/^\d{12}\.json$/.test(name));
    assert.deepEqual(left, ['.gatewright-unfinished-ab-000000000007.json', '1.json', 'notes.txt']);
  });
});
