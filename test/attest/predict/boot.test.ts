// Boots that are foretold, beside one that was recorded and one that systemd computes, and policies that allow them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEventLog, replay } from '../../../runtime/attest/event-log.ts';
import { parseEvidence } from '../../../runtime/attest/evidence.ts';
import { measuredBy } from '../../../runtime/attest/measured.ts';
import type { Policy } from '../../../runtime/attest/policy.ts';
import { programDigest } from '../../../runtime/attest/predict/authenticode.ts';
import {
  allowing,
  type DirectBoot,
  directBootEvents,
  type ForetoldEvent,
  pcrOf,
  predictDirectBoot,
  predictUnifiedBoot,
} from '../../../runtime/attest/predict/boot.ts';
import { filledIn } from '../../../runtime/attest/predict/qemu-kernel.ts';
import { verify } from '../../../runtime/attest/verdict.ts';
import type { Component } from '../../../runtime/model/boot-component.ts';
import { buildGuestImage } from '../../../scripts/guest-image.ts';
import { softwareTpm } from '../software-evidence.ts';
import { logOfForetold } from './foretold-log.ts';
import { programOf, unifiedImage } from './program-file.ts';

const RECORDED = parseEventLog(readFileSync(new URL('../ovmf-linux.measurements', import.meta.url)));
const kernelOf = (text: string) => programOf([{ name: '.text', content: Buffer.from(text) }]);
const BOOT: DirectBoot = {
  ...{ name: 'cell 7', kernel: kernelOf('linux 6.12.48'), initrd: Buffer.from('cell 7') },
  ...{ commandLine: 'console=ttyS0 quiet', memoryMiB: 256 },
};

const digests = (events: readonly ForetoldEvent[], pcr: number, component: Component) =>
  events.filter(each => each.pcr === pcr && each.component === component).map(({ digest }) => digest);

/** Digest of the recorded event of a component that is no mark of the firmware. */
function recorded(pcr: number, component: string): Buffer {
  const event = RECORDED.events.find(each => each.pcr === pcr && measuredBy(each).component === component);
  return event?.digests.sha256 ?? assert.fail(component);
}

describe('a foretold boot of a kernel that QEMU hands over', function () {
  this.timeout(120_000); // makes the guest image when there is none
  it('measures the command line as the recorded boot of OVMF and Linux did', () => {
    const { events } = predictDirectBoot(BOOT, 'sha256');
    assert.deepEqual(digests(events, 9, 'command line'), [recorded(9, 'command line')]);
  });

  it('leads from the digests of the recorded boot to its PCR 4 and 9, event by event', () => {
    const parts = {
      kernel: recorded(4, 'kernel'),
      options: recorded(9, 'command line'),
      initrd: recorded(9, 'initrd'),
    };
    const foretold = directBootEvents(parts, 'sha256');
    const events = RECORDED.events.filter(({ pcr }) => pcr === 4 || pcr === 9);
    assert.deepEqual(
      foretold.map(({ pcr, digest }) => [pcr, digest]),
      events.map(({ pcr, digests: { sha256 } }) => [pcr, sha256]),
    );
    const values = replay(RECORDED, 'sha256');
    for (const pcr of [4, 9]) assert.deepEqual(pcrOf(pcr, foretold, 'sha256'), values.get(pcr), `PCR ${pcr}`);
  });

  it('allows the kernel as it is and as QEMU fills it in', () => {
    const { directory } = buildGuestImage();
    const [kernel, initrd] = ['vmlinuz', 'initrd.img'].map(name => readFileSync(join(directory, name))) as [
      Buffer,
      Buffer,
    ];
    const { image } = predictDirectBoot({ ...BOOT, kernel, initrd }, 'sha256');
    const filled = filledIn(kernel, { memoryMiB: 256, initrdBytes: initrd.length });
    assert.ok(filled !== undefined);
    assert.deepEqual(
      image.digests.kernel,
      [filled, kernel].map(each => programDigest(each, 'sha256').toString('hex')),
    );
  });

  it('is another one when a byte of kernel, initrd or command line is, in that component only', () => {
    const { image } = predictDirectBoot(BOOT, 'sha256');
    for (const [change, component] of [
      [{ kernel: kernelOf('linux 6.12.49') }, 'kernel'],
      [{ initrd: Buffer.from('cell 8') }, 'initrd'],
      [{ commandLine: 'console=ttyS0 quieT' }, 'command line'],
    ] as const) {
      const other = predictDirectBoot({ ...BOOT, ...change }, 'sha256').image;
      const differing = Object.entries(image.digests).filter(
        ([each, known]) => String(known) !== String(other.digests[each as Component]),
      );
      assert.deepEqual(
        differing.map(([each]) => each),
        [component],
      );
    }
  });

  it('measures nothing of a command line and an initrd that are not there', () => {
    const { initrd: _initrd, ...without } = BOOT;
    const { image, events } = predictDirectBoot({ ...without, commandLine: '' }, 'sha256');
    assert.deepEqual([Object.keys(image.digests), events.some(({ pcr }) => pcr === 9)], [['kernel'], false]);
  });

  it('is refused for a kernel that is no EFI program', () =>
    assert.throws(() => predictDirectBoot({ ...BOOT, kernel: Buffer.alloc(4096) }, 'sha256'), {
      code: 'GW_ATTEST_IMAGE',
    }));
});

describe('a foretold boot of a unified kernel image', () => {
  const path = '\\EFI\\BOOT\\BOOTX64.EFI';
  const file = unifiedImage(BOOT.kernel);
  const foretold = predictUnifiedBoot({ name: 'cell 7', file, path }, 'sha256');

  /** As `systemd-measure calculate --phase=:` of systemd 252 prints them for the same parts. */
  for (const [bank, value] of [
    ['sha256', 'f690762790199ed4965bc7192d00a4bed2dd7b2745a05bc0c394fe41767398da'],
    ['sha384', '090a76e2360798af5af591580e804841968c1b41cff5f3b0705846f47724b0c24669b1ef5c676ebbacc82fcf26f88209'],
  ] as const)
    it(`leads to the PCR 11 that systemd-measure computes, in ${bank}`, () => {
      const { events } = predictUnifiedBoot({ name: 'cell 7', file, path }, bank);
      assert.equal(pcrOf(11, events, bank).toString('hex'), value);
    });

  it('measures the whole image by its path, and the kernel in it when the stub asks the firmware to start it', () => {
    const [whole, inner] = [file, BOOT.kernel].map(each => programDigest(each, 'sha256'));
    assert.deepEqual(digests(foretold.events, 4, 'boot loader'), [whole]);
    assert.deepEqual(digests(foretold.events, 4, 'kernel'), [inner]);
    const elsewhere = predictUnifiedBoot({ name: 'cell 7', file, path: '\\EFI\\Linux\\cell.efi' }, 'sha256');
    assert.deepEqual(digests(elsewhere.events, 4, 'kernel'), [whole, inner]);
  });

  it('names what a change is in, and changes the whole with it', () => {
    for (const [section, component] of [
      ['.cmdline', 'command line'],
      ['.initrd', 'initrd'],
      ['.osrel', 'kernel'],
    ] as const) {
      const other = unifiedImage(BOOT.kernel, { [section]: Buffer.from('other') });
      const changed = predictUnifiedBoot({ name: 'cell 7', file: other, path }, 'sha256');
      const before = new Set(foretold.events.map(({ digest }) => digest.toString('hex')));
      const differing = changed.events.filter(({ digest }) => !before.has(digest.toString('hex')));
      assert.deepEqual(
        differing.map(each => each.component),
        ['boot loader', component],
      );
    }
  });

  it('is refused without a kernel in it', () =>
    assert.throws(() => predictUnifiedBoot({ name: 'none', file: BOOT.kernel, path }, 'sha256'), {
      code: 'GW_ATTEST_IMAGE',
    }));
});

describe('a planned change', () => {
  const tpm = softwareTpm();
  const nonce = Buffer.alloc(32, 4);
  const evidence = (boot: DirectBoot) => tpm.evidence(logOfForetold(predictDirectBoot(boot, 'sha256').events), nonce);
  const update: DirectBoot = {
    ...{ name: 'cell 9', kernel: kernelOf('linux 6.18'), initrd: Buffer.from('cell 9') },
    ...{ commandLine: 'quiet', memoryMiB: 256 },
  };
  const learned = parseEvidence(evidence(BOOT)).policy;
  const allowed = (...boots: readonly DirectBoot[]) =>
    allowing(
      learned,
      boots.map(boot => predictDirectBoot(boot, 'sha256')),
    );
  const judged = (boot: DirectBoot, policy: Policy) => verify(parseEvidence({ ...evidence(boot), policy }));
  const components = (boot: DirectBoot, policy: Policy) => [
    ...new Set(judged(boot, policy).findings.map(({ component }) => component)),
  ];

  it('raises no alarm: the boot before it and the one after it are trusted while it is made', () => {
    assert.deepEqual(judged(BOOT, learned).findings, []);
    for (const boot of [BOOT, update]) assert.deepEqual(judged(boot, allowed(BOOT, update)).findings, []);
  });

  it('allows no mixture of both, and names what of it is foreign', () => {
    const both = allowed(BOOT, update);
    assert.deepEqual(components({ ...BOOT, commandLine: update.commandLine }, both), ['command line']);
    assert.deepEqual(components({ ...update, kernel: BOOT.kernel }, both), ['kernel']);
    assert.deepEqual(components({ ...update, initrd: Buffer.from('cell 8') }, both), ['initrd']);
  });

  it('leaves only the boot after it when it was made', () => {
    assert.deepEqual(judged(update, allowed(update)).findings, []);
    assert.deepEqual(components(BOOT, allowed(update)), ['kernel', 'command line', 'initrd']);
  });

  it('judges the firmware as before', () => {
    assert.deepEqual(allowed(update).golden[0], learned.golden[0]);
    const { golden, ...rest } = learned;
    const other = { ...rest, golden: { ...golden, 0: ['ab'.repeat(32)] } };
    const policy = allowing(other, [predictDirectBoot(update, 'sha256')]);
    assert.deepEqual(components(update, policy), ['firmware']);
  });
});
