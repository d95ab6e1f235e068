import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { Host } from '../../runtime/host/host.ts';
import { localHost } from '../../runtime/host/local.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import { openFlowStore } from '../../runtime/server/flow-store.ts';
import { storageModule } from '../../runtime/server/storage-module.ts';
import { temporaryFolder } from './folder.ts';

const FIRST = [{ id: 't', type: 'tab' }];
const damaged = (error: unknown) => isGatewrightError(error) && error.code === 'GW_FLOW_FILE_DAMAGED';

/** A host whose power fails before write number `writes + 1`. */
function failingAfter(writes: number): Host {
  let left = writes;
  const spend = () => {
    if (left <= 0) throw new Error('power failure');
    left -= 1;
  };
  return {
    ...localHost,
    writeFile: async (path, data, mode) => {
      spend();
      await localHost.writeFile(path, data, mode);
    },
    remove: async path => {
      spend();
      await localHost.remove(path);
    },
  };
}

describe('the store of flow and credentials', () => {
  const folder = temporaryFolder();
  const open = (host: Host = localHost) => openFlowStore(host, folder.path, FIRST);
  const both = async () => {
    const store = await open();
    return { flows: await store.flows(), credentials: await store.credentials() };
  };

  it('starts with the first flow and never overwrites a flow with it', async () => {
    assert.deepEqual(await (await open()).flows(), FIRST);
    await (await open()).commit([], undefined);
    assert.deepEqual(await (await open()).flows(), []);
  });

  it('keeps the flow before the last as a backup', async () => {
    const store = await open();
    await store.commit([{ id: 'a', type: 'tab' }], undefined);
    assert.deepEqual(JSON.parse(await readFile(`${folder.path}/flows.json.backup`, 'utf8')), FIRST);
  });

  it('changes flow and credentials together or not at all, wherever the power fails', async () => {
    const before = { flows: FIRST, credentials: { $: 'old' } };
    const after = { flows: [{ id: 'b', type: 'tab' }], credentials: { $: 'new' } };
    const seen = new Set<string>();
    for (let writes = 0; writes <= 6; writes += 1) {
      await (await open()).commit(before.flows, before.credentials);
      const store = await open(failingAfter(writes));
      await store
        .commit(after.flows, after.credentials)
        .catch((error: Error) => assert.equal(error.message, 'power failure'));
      const found = await both();
      const which = JSON.stringify(found) === JSON.stringify(before) ? 'before' : 'after';
      assert.deepEqual(found, which === 'before' ? before : after);
      seen.add(which);
    }
    assert.deepEqual([...seen].sort(), ['after', 'before'], 'both ends were met');
    assert.ok(!(await readdir(folder.path)).includes('deploy.pending.json'));
  });

  for (const file of ['flows.json', 'flows_cred.json', 'deploy.pending.json'])
    it(`does not start over a damaged ${file}, and leaves it as it is`, async () => {
      await (await open()).commit(FIRST, { $: 'x' });
      await writeFile(`${folder.path}/${file}`, '[{"id":"t"');
      await assert.rejects(open(), damaged);
      assert.equal(await readFile(`${folder.path}/${file}`, 'utf8'), '[{"id":"t"');
    });
});

describe('the storage module', () => {
  const folder = temporaryFolder();
  const make = async (refusals: string[]) => {
    const store = await openFlowStore(localHost, folder.path, FIRST);
    return storageModule({
      host: localHost,
      folder: folder.path,
      store,
      noCredentials: { $: 'nothing' },
      check: flow => (JSON.stringify(flow).includes('hostile') ? 'no' : undefined),
      onSave: () => undefined,
      onRefuse: () => void refusals.push('reload'),
    });
  };
  const bytes = () =>
    Promise.all(['flows.json', 'flows_cred.json'].map(name => readFile(`${folder.path}/${name}`, 'utf8')));

  it('leaves both files byte-identical when a flow is refused, and asks Node-RED to read them back', async () => {
    const refusals: string[] = [];
    const storage = await make(refusals);
    await storage.saveCredentials({ $: 'sealed' });
    await storage.saveFlows([{ id: 'a', type: 'tab' }], undefined);
    const before = await bytes();
    await storage.saveCredentials({ $: 'without the broker' });
    await assert.rejects(storage.saveFlows([{ id: 'hostile', type: 'tab' }], undefined), {
      code: 'GW_FLOW_REFUSED',
      status: 422,
    });
    assert.deepEqual(await bytes(), before);
    assert.deepEqual(refusals, ['reload']);
  });

  it('forgets the credentials of a refused deploy, so the next one does not bring them in', async () => {
    const storage = await make([]);
    await storage.saveCredentials({ $: 'good' });
    await storage.saveFlows([{ id: 'a', type: 'tab' }], undefined);
    await storage.saveCredentials({ $: 'bad' });
    await storage.saveFlows([{ id: 'hostile', type: 'tab' }], undefined).catch(() => undefined);
    await storage.saveFlows([{ id: 'b', type: 'tab' }], undefined);
    assert.deepEqual(await storage.getCredentials(), { $: 'good' });
  });

  for (const path of ['..', 'a/../../users.json', '../flows.json', 'a\\..\\..\\b', 'a\0b'])
    it(`keeps library entries below lib/: ${JSON.stringify(path)}`, async () => {
      const storage = await make([]);
      await storage.init();
      await assert.rejects(storage.getLibraryEntry('functions', path), { code: 'forbidden' });
      await assert.rejects(storage.saveLibraryEntry('functions', path, {}, 'x'), { code: 'forbidden' });
      await assert.rejects(storage.getLibraryEntry(path, 'x'), { code: 'forbidden' });
    });
});
