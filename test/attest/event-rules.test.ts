// What rules of a gate about events allow, want and forbid, beside what was learned of a boot.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseEventLog } from '../../runtime/attest/event-log.ts';
import { parseEvidence } from '../../runtime/attest/evidence.ts';
import { type Demands, gatePolicy, learnedFrom } from '../../runtime/attest/gate-policy.ts';
import { predictDirectBoot } from '../../runtime/attest/predict/boot.ts';
import { parseClaim } from '../../runtime/attest/standing.ts';
import { verify } from '../../runtime/attest/verdict.ts';
import { EventRule } from '../../runtime/model/kinds/event-rule.ts';
import { bootOf, logOf, MACHINE, type Machine } from './boot-log.ts';
import { programOf } from './predict/program-file.ts';
import { softwareTpm } from './software-evidence.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const rule = (fields: Partial<EventRule>): EventRule =>
  EventRule.parse({ id: 'loader', action: 'allow', pcr: 4, component: 'boot loader', digests: [], ...fields });
const NEXT = { bootLoader: 'sd-boot 258' };
const NEXT_LOADER = [digest(NEXT.bootLoader)];

describe('rules about what a boot measures', () => {
  const tpm = softwareTpm();
  const nonce = Buffer.alloc(32, 9);
  const taken = (log: Buffer) => tpm.evidence(log, nonce);
  const logWith = (change: Partial<Machine>) => logOf(bootOf({ ...MACHINE, ...change }));
  const sound = taken(logWith({}));
  const claimOf = ({ policy: _policy, takenAt: _takenAt, ...claim }: ReturnType<typeof taken>) => parseClaim(claim);
  const learned = learnedFrom(claimOf(sound), 'anna', new Date());
  const policyOf = (rules: readonly EventRule[], demands: Partial<Demands> = {}) =>
    gatePolicy({ pcrs: [0, 1, 4, 7, 9], secureBoot: false, boots: [], rules, ...demands }, learned, sound.policy.key);
  const judged = (rules: readonly EventRule[], log: Buffer | undefined) => {
    const { log: _log, ...bare } = taken(log ?? logWith({}));
    const evidence = {
      ...bare,
      ...(log === undefined ? {} : { log: log.toString('base64') }),
      policy: policyOf(rules),
    };
    return verify(parseEvidence(JSON.parse(JSON.stringify(evidence))));
  };
  const told = (rules: readonly EventRule[], change: Partial<Machine>) => {
    const { verdict, findings } = judged(rules, logWith(change));
    return [verdict, ...findings.map(({ message }) => message)];
  };

  it('allow something besides what was learned, and nothing else', () => {
    const rules = [rule({ digests: NEXT_LOADER })];
    assert.deepEqual(told([], NEXT)[0], 'mismatch');
    assert.deepEqual(told(rules, NEXT), ['trusted']);
    assert.deepEqual(told(rules, {}), ['trusted'], 'what was learned still counts');
    assert.deepEqual(told(rules, { bootLoader: 'evil' }), [
      'mismatch',
      'The boot loader "\\EFI\\BOOT\\BOOTX64.EFI" is not one that rule loader allows (PCR 4).',
    ]);
    assert.match(
      told(rules, { ...NEXT, kernel: 'evil' })[1] ?? '',
      /^The kernel .* is not one that is allowed \(PCR 4\)/,
    );
    assert.match(told(rules, { ...NEXT, firmware: 'evil' })[1] ?? '', /^The firmware is not the one that is trusted/);
  });

  it('want one of a list in place of what was learned', () => {
    const rules = [rule({ action: 'require', digests: [...NEXT_LOADER, digest('sd-boot 259')] })];
    assert.deepEqual(told(rules, NEXT), ['trusted']);
    assert.match(told(rules, {})[1] ?? '', /BOOTX64.EFI" is not one that rule loader allows/);
    const twice = [...rules, rule({ id: 'shim', action: 'require', digests: [digest('shim')] })];
    assert.deepEqual(told(twice, NEXT), ['mismatch', 'The boot loader that rule shim wants was not measured (PCR 4).']);
  });

  it('forbid what was learned, and what comes by another name', () => {
    const old = rule({ id: 'old', action: 'forbid', digests: [digest(MACHINE.bootLoader)] });
    assert.deepEqual(told([old], {}), [
      'mismatch',
      'The boot loader "\\EFI\\BOOT\\BOOTX64.EFI" is forbidden by rule old (PCR 4).',
    ]);
    const named = rule({ id: 'old', action: 'forbid', component: 'kernel', digests: [digest(MACHINE.bootLoader)] });
    assert.equal(told([named], {})[0], 'mismatch', 'the name is that of whoever made the log');
    assert.deepEqual(told([rule({ ...old, digests: [digest('another')] })], {}), ['trusted']);
  });

  it('see each thing in the PCR they name alone', () => {
    const elsewhere = rule({ pcr: 9, component: 'boot loader', digests: NEXT_LOADER });
    assert.equal(told([elsewhere], NEXT)[0], 'mismatch');
    assert.deepEqual(
      told([rule({ action: 'forbid', pcr: 7, component: 'Secure Boot keys', digests: NEXT_LOADER })], {}),
      ['trusted'],
    );
  });

  it('know a command line by its words, as the EFI stub, a section and GRUB measure it', () => {
    const line = rule({ id: 'line', action: 'require', pcr: 9, component: 'command line', commandLine: 'ro quiet' });
    assert.deepEqual(told([line], { commandLine: 'ro quiet' }), ['trusted']);
    assert.match(told([line], {})[1] ?? '', /^The command line is not one that rule line allows \(PCR 9\)/);
    const utf16 = [...'ro quiet\0'].map(character => `${character}\0`).join('');
    assert.deepEqual(told([line], { commandLine: utf16 }), ['trusted']);
    const grub = rule({ ...line, commandLine: 'BOOT_IMAGE=/vmlinuz ro' });
    assert.deepEqual(told([grub], { commandLine: '/vmlinuz ro' }), ['trusted']);
  });

  it('prove nothing without a log, nor by one that leaves the forbidden out', () => {
    const old = rule({ id: 'old', action: 'forbid', digests: [digest(MACHINE.bootLoader)] });
    for (const one of [old, rule({ digests: NEXT_LOADER })]) {
      const { verdict, findings } = judged([one], undefined);
      assert.deepEqual([verdict, findings[0]?.code], ['unusable', 'GW_ATTEST_LOG']);
    }
    const without = logOf(bootOf(MACHINE).filter(({ pcr }) => pcr !== 4));
    const { log: _log, ...honest } = sound;
    const cut = { ...honest, log: without.toString('base64'), policy: policyOf([old]) };
    const { verdict, findings } = verify(parseEvidence(JSON.parse(JSON.stringify(cut))));
    assert.deepEqual([verdict, findings[0]?.message], ['unusable', 'The event log does not lead to PCR 4.']);
  });

  it('are refused in a PCR that is judged by what is drawn', () => {
    const kernel = programOf([{ name: '.text', content: Buffer.from('kernel') }]);
    const boots = [predictDirectBoot({ name: 'drawn', kernel, commandLine: 'quiet', memoryMiB: 256 }, 'sha256')];
    assert.throws(() => policyOf([rule({ digests: NEXT_LOADER })], { boots }), { code: 'GW_ATTEST_RULES' });
    assert.doesNotThrow(() => policyOf([rule({ action: 'forbid', digests: NEXT_LOADER })], { boots }));
  });

  it('take a real boot for trusted by its command line in words, and no other one', () => {
    const log = readFileSync(new URL('ovmf-linux.measurements', import.meta.url));
    const real = taken(log);
    const seen = learnedFrom(claimOf(real), 'anna', new Date());
    const rules = [
      rule({ id: 'loader', digests: NEXT_LOADER }),
      rule({ id: 'keys', pcr: 7, component: 'Secure Boot keys', digests: NEXT_LOADER }),
      rule({
        id: 'line',
        pcr: 9,
        component: 'command line',
        commandLine: 'console=ttyS0 quiet initrd=initrd',
        action: 'require',
      }),
    ];
    const policy = gatePolicy({ pcrs: [0, 2, 3, 4, 7, 9], secureBoot: false, boots: [], rules }, seen, real.policy.key);
    assert.deepEqual(verify(parseEvidence({ ...real, policy })).findings, []);
    const events = parseEventLog(log).events.map(({ pcr, digests }) => ({
      pcr,
      digest: digests.sha256 ?? assert.fail(),
    }));
    const once = events.filter(({ digest }) => log.indexOf(digest) === log.lastIndexOf(digest));
    const ruled = once.filter(({ pcr }) => [4, 7, 9].includes(pcr));
    assert.deepEqual(new Set(ruled.map(({ pcr }) => pcr)), new Set([4, 7, 9]));
    for (const { pcr, digest: changed } of ruled) {
      const copy = Buffer.from(log);
      const place = copy.indexOf(changed);
      copy[place] = (copy[place] ?? 0) ^ 1;
      const { verdict, findings } = verify(parseEvidence({ ...taken(copy), policy }));
      assert.deepEqual([verdict, findings[0]?.pcr], ['mismatch', pcr]);
    }
  });
});
