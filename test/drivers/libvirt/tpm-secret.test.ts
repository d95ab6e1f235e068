// What the TPMs of a gateway are encrypted with: one key for all of them, given to libvirt, and forgotten with the last VM.
import assert from 'node:assert/strict';
import type { RpcConnection } from '../../../runtime/drivers/libvirt/rpc/connection.ts';
import { LibvirtRefusal, REFUSAL_CODE, refused } from '../../../runtime/drivers/libvirt/rpc/refusal.ts';
import type { SecretRef } from '../../../runtime/drivers/libvirt/rpc/secrets.ts';
import { TpmSecret } from '../../../runtime/drivers/libvirt/tpm-secret.ts';
import { missingForTrust } from '../../../runtime/drivers/libvirt/trust-facts.ts';
import { createFakeHost } from '../../../runtime/host/fake.ts';

const FILE = '/state/tpm.key';
const DEFINE = 142;
const SET_VALUE = 144;
const UNDEFINE = 146;

/** A libvirtd that knows secrets alone. */
function daemon() {
  const asked: { number: number; bytes: Buffer }[] = [];
  let known = false;
  const call = async ({ number, what }: { number: number; what: string }, bytes: Uint8Array): Promise<unknown> => {
    await new Promise(setImmediate);
    asked.push({ number, bytes: Buffer.from(bytes) });
    const before = known;
    known = number !== UNDEFINE;
    if (number === UNDEFINE && !before) throw refused(what, new LibvirtRefusal(REFUSAL_CODE.noSecret, 0, 'none'));
    return { uuid: Buffer.alloc(16, 7), usage: 5, name: 'any' } satisfies SecretRef;
  };
  return { rpc: { call } as unknown as RpcConnection, asked };
}

const valuesIn = (asked: readonly { number: number; bytes: Buffer }[]) =>
  asked
    .filter(({ number }) => number === SET_VALUE)
    .map(({ bytes }) => /[0-9a-f]{64}/.exec(bytes.toString('latin1'))?.[0]);

describe('the key of the TPMs of a gateway', () => {
  it('is one, however many VMs are made together, and the same again later', async () => {
    const host = createFakeHost();
    const { rpc, asked } = daemon();
    const secret = new TpmSecret(host, '/state', 'cell-7');
    const given = await Promise.all([secret.give(rpc), secret.give(rpc), secret.give(rpc)]);
    given.push(await new TpmSecret(host, '/state', 'cell-7').give(rpc));
    assert.equal(new Set(given).size, 1);
    assert.deepEqual(new Set(valuesIn(asked)), new Set([host.files.get(FILE)]));
    assert.match(host.files.get(FILE) ?? '', /^[0-9a-f]{64}$/);
  });

  it('is private and in memory only, as libvirt is told, and not in what it is told of', async () => {
    const host = createFakeHost();
    const { rpc, asked } = daemon();
    await new TpmSecret(host, '/state', 'cell-7').give(rpc);
    const xml = asked.find(({ number }) => number === DEFINE)?.bytes.toString() ?? '';
    assert.match(xml, /ephemeral="yes"/);
    assert.match(xml, /private="yes"/);
    assert.ok(!xml.includes(host.files.get(FILE) ?? 'nothing'));
  });

  it('is another one for another gateway', async () => {
    const host = createFakeHost();
    const { rpc } = daemon();
    const [one, other] = ['/a', '/b'].map(folder => new TpmSecret(host, folder, 'cell-7').give(rpc));
    assert.notEqual(await one, await other);
    assert.notEqual(host.files.get('/a/tpm.key'), host.files.get('/b/tpm.key'));
  });

  it('stays while a VM may want it, and goes when none does, also when libvirt has forgotten it', async () => {
    const host = createFakeHost();
    const { rpc, asked } = daemon();
    const secret = new TpmSecret(host, '/state', 'cell-7');
    await secret.give(rpc);
    await secret.forgetUnless(async () => true, rpc);
    assert.ok(host.files.has(FILE));
    assert.ok(!asked.some(({ number }) => number === UNDEFINE));
    await secret.forgetUnless(async () => false, rpc);
    assert.ok(!host.files.has(FILE));
    await host.writeFile(FILE, 'a'.repeat(64));
    await secret.forgetUnless(async () => false, rpc);
    assert.ok(!host.files.has(FILE));
  });

  it('is not made anew in place of one that cannot be read, which would lose every TPM', async () => {
    const host = createFakeHost({ files: { [FILE]: 'half a k' } });
    const { rpc } = daemon();
    await assert.rejects(new TpmSecret(host, '/state', 'cell-7').give(rpc), { code: 'GW_HOST_UNEXPECTED' });
    assert.equal(host.files.get(FILE), 'half a k');
  });
});

describe('a box without what guests need to prove themselves', () => {
  it('says for each thing what to install, and names a file that is missing', async () => {
    const lacks = await missingForTrust(createFakeHost());
    assert.deepEqual(Object.keys(lacks), ['tpm', 'uefi', 'uefi-secure']);
    assert.match(lacks.tpm ?? '', /install swtpm and swtpm-tools, because \/usr\/bin\/swtpm is missing/);
    for (const why of Object.values(lacks)) assert.match(why, /^install [a-z].*, because \/\S+ is missing$/);
  });
});
