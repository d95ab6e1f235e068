// A VM with a TPM of its own on a real libvirtd: it proves to its host what it booted, whatever is in it keeps, and opens secrets.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attester, openAttester } from '../../runtime/attest/attester/attester.ts';
import { giveSecret } from '../../runtime/attest/attester/give-secret.ts';
import { checkEndorsement } from '../../runtime/attest/endorsement.ts';
import { parseEventLog } from '../../runtime/attest/event-log.ts';
import { MOST_SEALED_BYTES, release } from '../../runtime/attest/sealed.ts';
import type { Claim } from '../../runtime/attest/standing.ts';
import { parseSizedPublic } from '../../runtime/attest/tpm/public.ts';
import { step } from '../contract/driver-case.ts';
import { type TrustedVms, trustedVm, trustedVms } from '../lab/trusted-vm.ts';

const PCRS = [0, 1, 2, 3, 4, 5, 6, 7, 9];
const pcr = (claim: Claim, number: number) => claim.pcrs.sha256?.[`${number}`];
const robot = trustedVm('robot-a');

describe('a VM with a TPM of its own, on libvirt', function () {
  this.timeout(300_000).bail(true);
  let vms: TrustedVms;
  let attester: Attester;
  let first: Claim;
  const ask = () => attester.claim(randomBytes(32).toString('hex'), PCRS);

  before(async () => {
    vms = await trustedVms('tiny-linux');
    await vms.handle.create(robot, step(1));
    attester = await openAttester(await vms.channel('vm.cell-7/robot-a'));
  });
  after(async () => {
    await attester?.close();
    await vms?.close();
  });

  it('is observed as it was drawn', async () => {
    const [found] = await vms.handle.observe();
    assert.deepEqual({ ...found?.spec }, { ...robot.spec });
  });

  it('gives a quote and a log that leads to it', async () => {
    first = await ask();
    assert.notEqual(pcr(first, 0), '00'.repeat(32));
    const log = parseEventLog(Buffer.from(first.log ?? '', 'base64'));
    assert.ok(
      log.events.some(({ pcr: number }) => number === 9),
      'command line and initrd were measured',
    );
  });

  it('has an endorsement certificate of this box, for its own key', async () => {
    const { endorsement } = await attester.candidate();
    const read = (name: string) => readFileSync(join(vms.daemon.root, 'var/lib/swtpm-localca', name), 'utf8');
    const { findings } = checkEndorsement({
      certificate: endorsement.certificate ?? '',
      chain: [read('issuercert.pem')],
      trusted: [read('swtpm-localca-rootca-cert.pem')],
      key: parseSizedPublic(Buffer.from(endorsement.key, 'hex')),
      at: new Date(),
    });
    assert.deepEqual(findings, []);
  });

  it('keeps its state encrypted', () => {
    const folder = join(vms.daemon.root, 'var/lib/libvirt/swtpm');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.includes('tpm2-00'));
    assert.ok(files.length > 0);
    const [state = Buffer.alloc(0)] = files.map(name => readFileSync(join(folder, name)));
    // The header of a state that can be read names what is in it; of one that is encrypted nothing can be told apart.
    const counts = new Array<number>(256).fill(0);
    for (const byte of state.subarray(64)) counts[byte] = (counts[byte] ?? 0) + 1;
    const zeros = (counts[0] ?? 0) / state.length;
    assert.ok(zeros < 0.05, `a state that is not encrypted is mostly zeros; here ${zeros}`);
  });

  it('opens a secret that is for it alone, and the host does not hear what was in it', async () => {
    const candidate = await attester.candidate();
    const key = parseSizedPublic(Buffer.from(candidate.key, 'hex')).name.toString('hex');
    const secret = Buffer.from('pässword of cell 7 for the broker of the plant');
    assert.ok(secret.length < MOST_SEALED_BYTES);
    const at = { boot: 'b', ms: 1 };
    const sealed = release({
      enrolment: { version: 1, enrolled: { ...candidate, approvedBy: 'the test' } },
      standing: { version: 1, key, proven: { verdict: 'trusted', at } },
      ...{ now: at, freshnessMs: 1000, name: 'mqtt', secret },
    });
    await giveSecret(attester, sealed);
    const console = await vms.console('vm.cell-7/robot-a');
    const { output } = await console.attempt(
      'cat /run/gatewright/secrets/mqtt | xxd -p | tr -d "\\n"; stat -c %a /run/gatewright/secrets/mqtt',
    );
    console.close();
    assert.match(output.replaceAll('\n', ' '), new RegExp(`${secret.toString('hex')} ?600`));
  });

  it('has the same key, and the same firmware but another command line, after it was started with other arguments', async () => {
    await attester.close();
    const changed = trustedVm('robot-a', { kernelArguments: 'gw.hostname=b' });
    await vms.handle.update(changed, [], step(2));
    attester = await openAttester(await vms.channel('vm.cell-7/robot-a'));
    const second = await ask();
    assert.equal(second.key, first.key);
    for (const number of [0, 2, 3, 7]) assert.equal(pcr(second, number), pcr(first, number), `PCR ${number}`);
    assert.notEqual(pcr(second, 9), pcr(first, 9));
  });

  it('has the same key after libvirt was started anew, which has forgotten what its state is encrypted with', async () => {
    await attester.close();
    await vms.handle.power?.('vm.cell-7/robot-a', 'stop');
    await vms.daemon.stop();
    await vms.daemon.start();
    await vms.handle.power?.('vm.cell-7/robot-a', 'start');
    attester = await openAttester(await vms.channel('vm.cell-7/robot-a'));
    assert.equal((await ask()).key, first.key);
  });

  // By the headers of commands (TPM 2.0 Library, Part 3): the hierarchy of lockout, and PCR 16, which anybody may extend.
  const changes = {
    TPM2_Clear: '80020000001b000001264000000a0000000940000009000000000000',
    TPM2_PCR_Extend: `80020000004100000182000000100000000940000009000000000000000001000b${'5a'.repeat(32)}`,
  };
  for (const [name, command] of Object.entries(changes))
    it(`is refused ${name}, which would change its TPM, and answers on`, async () => {
      await attester.close();
      const channel = await vms.channel('vm.cell-7/robot-a');
      await assert.rejects(channel.transmit(Buffer.from(command, 'hex')), /nonsense/);
      await channel.close();
      attester = await openAttester(await vms.channel('vm.cell-7/robot-a'));
      assert.equal((await ask()).key, first.key);
    });

  it('proves what a BIOS started, too, with another key, as it is another TPM', async () => {
    const plain = trustedVm('robot-b', { firmware: undefined, memoryMiB: 128 });
    await vms.handle.create(plain, step(3));
    const other = await openAttester(await vms.channel('vm.cell-7/robot-b'));
    const claim = await other.claim('cd'.repeat(16), PCRS);
    await other.close();
    assert.notEqual(claim.key, first.key);
    assert.notEqual(pcr(claim, 0), '00'.repeat(32));
    await vms.handle.remove('vm.cell-7/robot-b', step(4));
  });

  it('takes the state of its TPM with it when it is removed, and the last one what that was encrypted with', async () => {
    const [key = ''] = (await vms.daemon.virsh('secret-list')).match(/[0-9a-f-]{36}/) ?? [];
    assert.notEqual(key, '');
    await attester.close();
    await vms.handle.remove('vm.cell-7/robot-a', step(5));
    const left = readdirSync(join(vms.daemon.root, 'var/lib/libvirt/swtpm'), { recursive: true, encoding: 'utf8' });
    assert.deepEqual(left, []);
    assert.ok(!(await vms.daemon.virsh('secret-list')).includes(key));
    assert.ok(!readdirSync(vms.daemon.stateDirectory).includes('tpm.key'));
  });
});
