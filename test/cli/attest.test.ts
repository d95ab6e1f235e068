// `gatewright attest verify`: evidence of a TPM is judged again from a file, in words and as a document.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { PolicyInput } from '../../runtime/attest/policy.ts';
import { MACHINE } from '../attest/boot-log.ts';
import { type Boot, boot, learned } from '../attest/boots.ts';
import { openTpm, type TestTpm } from '../attest/tpm.ts';
import { type Home, openHome } from './command.ts';
import { documentOf, failureIn } from './document.ts';

describe('attest verify', function () {
  this.timeout(120_000); // many programs, one after the other
  let home: Home;
  let tpm: TestTpm;
  let sound: Boot;
  let changed: Boot;
  let policy: PolicyInput;
  before(async () => {
    [home, tpm] = [await openHome(), await openTpm()];
    const key = await tpm.makeKey('ak', 'ecc', 'ecdsa', 'sha256');
    await tpm.persist(key);
    sound = await boot(tpm, key, MACHINE);
    changed = await boot(tpm, key, { ...MACHINE, kernel: 'another', commandLine: 'init=/bin/sh' });
    policy = learned(sound, key);
  });
  after(async () => {
    await tpm?.close();
    await home?.remove();
  });

  const file = (name: string, content: object) => home.file(name, JSON.stringify(content));

  it('trusts a sound boot, from a file and from standard input', async () => {
    const evidence = { ...sound, policy };
    const [words, document] = await Promise.all([
      file('sound.json', evidence).then(path => home.run(['attest', 'verify', path])),
      home.run(['attest', 'verify', '-', '--json'], { input: JSON.stringify(evidence) }),
    ]);
    assert.deepEqual([words.code, words.stderr], [0, '']);
    assert.match(words.stdout, /^trusted: the machine ran what the policy allows \(evidence of 20/);
    const { ok, verdict, findings, key, evidence: id } = documentOf(document, 'attest');
    assert.deepEqual([document.code, ok, verdict, findings, key], [0, true, 'trusted', [], policy.key]);
    assert.match(id, /^[0-9a-f]{64}$/);
  });

  it('lists what a boot measured as rules speak of it, and marks what is not proven', async () => {
    const proven = await file('events.json', { ...sound, policy });
    const replayed = await file('replayed-events.json', { ...sound, policy, nonce: 'ab'.repeat(32) });
    const [words, document, doubtful] = await Promise.all([
      home.run(['attest', 'events', proven]),
      home.run(['attest', 'events', proven, '--json']),
      home.run(['attest', 'events', replayed]),
    ]);
    // Of PCRs that are in the log and were not quoted nothing is proven.
    const { ok, bank, events } = documentOf(document, 'attest-events');
    assert.deepEqual([words.code, document.code, ok, bank], [1, 1, false, 'sha256']);
    const loader = events.find(({ component, what }) => component === 'boot loader' && what !== undefined);
    assert.deepEqual(loader, {
      ...{ pcr: 4, type: 'EV_EFI_BOOT_SERVICES_APPLICATION', component: 'boot loader' },
      ...{ what: '\\EFI\\BOOT\\BOOTX64.EFI', proven: true },
      digest: createHash('sha256').update(MACHINE.bootLoader).digest('hex'),
    });
    assert.deepEqual(new Set(events.filter(event => event.proven).map(({ pcr }) => pcr)), new Set([0, 1, 4, 7, 9]));
    assert.match(
      words.stdout,
      new RegExp(`^ {2}PCR 4 {3}${loader.digest} {2}boot loader ".*BOOTX64.EFI" {2}EV_EFI_BOOT`, 'm'),
    );
    assert.match(words.stdout, /^\? PCR 12/m);
    assert.doesNotMatch(doubtful.stdout, /^ {2}PCR/m);
  });

  it('names what is another one, and says when the evidence proves nothing', async () => {
    const mismatch = await file('changed.json', { ...changed, policy });
    const replayed = await file('replayed.json', { ...sound, policy, nonce: 'ab'.repeat(32) });
    const [words, document, unusable] = await Promise.all([
      home.run(['attest', 'verify', mismatch]),
      home.run(['attest', 'verify', mismatch, '--json']),
      home.run(['attest', 'verify', replayed, '--json']),
    ]);
    assert.deepEqual([words.code, document.code, unusable.code], [1, 1, 1]);
    assert.match(words.stdout, /^mismatch: /);
    assert.match(
      words.stdout,
      /^ {2}The kernel "\\vmlinuz-6\.12" is not the one that is trusted \(PCR 4\)\. \[GW_ATTEST_MISMATCH\]$/m,
    );
    const told = documentOf(document, 'attest').findings.map(({ component, pcr, code }) => [component, pcr, code]);
    assert.deepEqual(told, [
      ['kernel', 4, 'GW_ATTEST_MISMATCH'],
      ['command line', 9, 'GW_ATTEST_MISMATCH'],
    ]);
    const { ok, verdict, findings } = documentOf(unusable, 'attest');
    assert.deepEqual([ok, verdict, findings.map(({ code }) => code)], [false, 'unusable', ['GW_ATTEST_NONCE']]);
  });

  it('judges by another policy than the one in the evidence', async () => {
    const { golden = {} } = policy;
    const stricter = await file('stricter.json', { ...policy, golden: { ...golden, 0: ['00'.repeat(32)] } });
    const evidence = await file('sound.json', { ...sound, policy });
    const document = documentOf(
      await home.run(['attest', 'verify', evidence, '--policy', stricter, '--json']),
      'attest',
    );
    assert.deepEqual([document.verdict, document.findings[0]?.component], ['mismatch', 'firmware']);
  });

  it('refuses files that are no evidence, with what to do', async () => {
    const evidence = await file('sound.json', { ...sound, policy });
    const told = await Promise.all(
      [
        [await file('other.json', { version: 2 })],
        [await home.file('no.json', 'no json')],
        [evidence, '--policy', evidence],
        [`${home.folder}/none.json`],
      ].map(async args => failureIn(await home.run(['attest', 'verify', ...args, '--json'])).slice(0, 2)),
    );
    assert.deepEqual(told, [...Array(3).fill([1, 'GW_ATTEST_EVIDENCE']), [2, 'USAGE']]);
  });
});
