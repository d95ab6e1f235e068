// Event logs: replayed as tpm2_eventlog replays them, refused when they are none, named by component.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseEventLog, replay } from '../../runtime/attest/event-log.ts';
import { EVENT } from '../../runtime/attest/event-types.ts';
import { measuredBy } from '../../runtime/attest/measured.ts';
import type { StrongHashName } from '../../runtime/attest/tpm/algorithms.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import { type BootEvent, bootOf, digestOf, logOf, MACHINE } from './boot-log.ts';

const BOOT = bootOf(MACHINE);
const LOCALITY = { pcr: 0, type: 3, data: Buffer.from('StartupLocality\0\x03') };

function replayed(log: Buffer, bank: StrongHashName): readonly string[] {
  return [...replay(parseEventLog(log), bank)].map(([pcr, value]) => `${pcr} ${value.toString('hex')}`).sort();
}

/** What tpm2_eventlog prints at its end. */
function theirReplay(folder: string, log: Buffer, bank: StrongHashName): readonly string[] {
  const file = join(folder, 'log');
  writeFileSync(file, log);
  const output = execFileSync('tpm2_eventlog', [file], { encoding: 'utf8', timeout: 20_000, stdio: 'pipe' });
  const values = new RegExp(`^ {2}${bank}:\n((?: {4}.*\n)*)`, 'm').exec(
    output.slice(output.lastIndexOf('\npcrs:')),
  )?.[1];
  return [...(values ?? '').matchAll(/(\d+)\s*:\s*0x([0-9a-f]+)/g)].map(([, pcr, value]) => `${pcr} ${value}`).sort();
}

function taken(bytes: Buffer): boolean {
  try {
    for (const event of parseEventLog(bytes).events) measuredBy(event);
    return true;
  } catch (error) {
    if (isGatewrightError(error) && error.code === 'GW_ATTEST_MALFORMED') return false;
    throw error;
  }
}

describe('event logs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'event-log-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('lead to the PCRs that tpm2_eventlog computes, in every bank', () => {
    for (const bank of ['sha256', 'sha384'] as const) {
      const ours = replayed(logOf(BOOT), bank);
      assert.equal(ours.length, 10);
      assert.deepEqual(ours, theirReplay(folder, logOf(BOOT), bank), bank);
    }
  });

  it('begin PCR 0 with the locality from which the firmware started the TPM', () => {
    const event = { pcr: 0, type: EVENT.crtmVersion, data: Buffer.from('v1') };
    const began = Buffer.alloc(32);
    began[31] = 3;
    const value = createHash('sha256').update(began).update(digestOf(event, 'sha256')).digest('hex');
    assert.deepEqual(replayed(logOf([LOCALITY, event]), 'sha256'), [`0 ${value}`]);
  });

  it('lead there for events of any kind and order, too', function () {
    this.timeout(60_000);
    // What extends nothing is left out: tpm2_eventlog 5.4 extends it all the same, the TPM of a real firmware does not.
    const event = fc.record({
      pcr: fc.nat({ max: 15 }),
      type: fc.constantFrom(EVENT.ipl, EVENT.separator, EVENT.action, EVENT.postCode, EVENT.crtmVersion),
      data: fc.uint8Array({ minLength: 4, maxLength: 40 }).map(bytes => Buffer.from(bytes)),
    });
    const banks = fc.subarray(['sha256', 'sha384', 'sha512'] as StrongHashName[], { minLength: 1 });
    let compared = 0;
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 12 }), banks, (events: readonly BootEvent[], chosen) => {
        const log = logOf(events, chosen);
        for (const bank of chosen) {
          let theirs: readonly string[];
          try {
            theirs = theirReplay(folder, log, bank);
          } catch {
            return; // It gives up where it cannot print what an event tells.
          }
          assert.deepEqual(replayed(log, bank), theirs);
          compared += 1;
        }
      }),
      { numRuns: 60, seed: 11 },
    );
    assert.ok(compared > 20, `${compared} were compared`);
  });

  it('name the component of every event', () => {
    const named = parseEventLog(logOf(BOOT)).events.flatMap(event => {
      const { component, what } = measuredBy(event);
      return event.type === EVENT.separator ? [] : [what === undefined ? component : `${component}: ${what}`];
    });
    assert.deepEqual(named, [
      ...['firmware', 'firmware', 'Secure Boot keys: SecureBoot', 'Secure Boot keys: PK', 'Secure Boot keys: KEK'],
      ...['Secure Boot keys: db', 'Secure Boot keys: dbx', 'firmware settings: BootOrder', 'boot loader'],
      ...[
        'partition table',
        'boot loader: \\EFI\\BOOT\\BOOTX64.EFI',
        'kernel: \\vmlinuz-6.12',
        'command line',
        'initrd',
      ],
      ...['partition table', 'command line'],
    ]);
  });

  it('of a real firmware lead there and name its parts: OVMF 2022.11, which boots Linux as QEMU hands it over', () => {
    const log = readFileSync(new URL('ovmf-linux.measurements', import.meta.url));
    assert.deepEqual(replayed(log, 'sha256'), theirReplay(folder, log, 'sha256'));
    const named = parseEventLog(log).events.flatMap(event => {
      const { component, what } = measuredBy(event);
      return event.type === EVENT.separator ? [] : [what === undefined ? component : `${component}: ${what}`];
    });
    assert.deepEqual(named, [
      ...['firmware', 'firmware', 'firmware', 'Secure Boot keys: SecureBoot', 'Secure Boot keys: PK'],
      ...['Secure Boot keys: KEK', 'Secure Boot keys: db', 'Secure Boot keys: dbx', 'kernel: kernel'],
      ...['firmware settings: BootOrder', 'firmware settings: Boot0000', 'boot loader', 'command line', 'initrd'],
      ...['partition table', 'partition table'],
    ]);
  });

  for (const [text, pcr, component] of [
    ['/boot/vmlinuz-6.12', 9, 'kernel'],
    ['(hd0,gpt2)/initramfs-5.14.img', 9, 'initrd'],
    ['(hd0,gpt1)/boot/grub/grub.cfg', 9, 'boot loader'],
    ['grub_cmd: set default=0', 8, 'boot loader'],
    ['grub_cmd: linux /boot/vmlinuz root=/dev/vda', 8, 'command line'],
    ['kernel_cmdline: /boot/vmlinuz initrd=initrd.img', 8, 'command line'],
    ['.linux\0', 11, 'kernel'],
    ['.initrd\0', 11, 'initrd'],
    ['.cmdline\0', 11, 'command line'],
    ['MokList\0', 14, 'Secure Boot keys'],
  ] as const)
    it(`know what a boot loader measured as ${JSON.stringify(text)} into PCR ${pcr}`, () => {
      const event = { pcr, type: EVENT.ipl, data: Buffer.from(text), digests: {} };
      assert.equal(measuredBy(event).component, component);
    });

  it('are refused when they end in the middle of an event, have another format, or no end', () => {
    const log = logOf(BOOT);
    const whole = [...Array(log.length).keys()].filter(length => taken(log.subarray(0, length)));
    assert.equal(whole.length, BOOT.length, 'cut between two events it is a log, which leads elsewhere');
    assert.equal(taken(Buffer.concat([log, Buffer.alloc(1)])), false);
    assert.equal(taken(Buffer.concat([log, Buffer.alloc(4096)])), false, 'zeros are no events');
    assert.equal(taken(logOf([{ pcr: 24, type: EVENT.ipl, data: Buffer.alloc(0) }])), false);
    const many = Array(20_001).fill({ pcr: 1, type: EVENT.ipl, data: Buffer.alloc(0) }) as BootEvent[];
    assert.equal(taken(logOf(many, ['sha256'])), false);
  });

  it('never throw anything but a refusal, whatever is changed in them', () => {
    const log = logOf(BOOT);
    const change = fc.tuple(fc.nat({ max: log.length - 1 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), changes => {
        const copy = Buffer.from(log);
        for (const [place, value] of changes) copy[place] = value;
        taken(copy);
      }),
      { numRuns: 5_000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => assert.equal(taken(Buffer.from(bytes)), false)));
  });
});
