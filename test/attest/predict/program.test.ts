// Digests of programs, beside those in their signatures, and programs that are none.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { programDigest } from '../../../runtime/attest/predict/authenticode.ts';
import { contentOf, parseProgram } from '../../../runtime/attest/predict/program.ts';
import { isGatewrightError } from '../../../runtime/model/errors.ts';
import { buildGuestImage } from '../../../scripts/guest-image.ts';
import { programOf, unifiedImage } from './program-file.ts';

const KERNEL = programOf([{ name: '.text', content: Buffer.from('linux 6.12.48') }]);
const IMAGE = unifiedImage(KERNEL);
/** As osslsigncode 2.9 signs it: "Calculated message digest" of `osslsigncode verify`. */
const SIGNED = 'f81a4e36341c35a07154ba5884ebcf2a4f01767c3a3cbbbb3ab4b44a46f686cf';

const digest = (file: Buffer) => programDigest(file, 'sha256').toString('hex');

/** Whether it is taken; anything but our own refusal is thrown on. */
function taken(file: Buffer): boolean {
  try {
    programDigest(file, 'sha256');
    for (const section of parseProgram(file).sections) contentOf(parseProgram(file), section);
    return true;
  } catch (error) {
    if (isGatewrightError(error) && error.code === 'GW_ATTEST_IMAGE') return false;
    throw error;
  }
}

describe('the digest of a program', function () {
  this.timeout(120_000); // makes the guest image when there is none
  it("is the one that Debian's signature of a kernel is about", () => {
    const kernel = readFileSync(join(buildGuestImage().directory, 'vmlinuz'));
    const { certificateBytes } = parseProgram(kernel);
    assert.ok(certificateBytes > 0, 'the kernel is signed');
    const signature = kernel.subarray(kernel.length - certificateBytes);
    assert.ok(signature.includes(programDigest(kernel, 'sha256')));
    const changed = Buffer.from(kernel);
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
    assert.equal(signature.includes(programDigest(changed, 'sha256')), false);
  });

  it('is the one that a tool for signatures signs, and stays the same when the program is signed', () => {
    assert.equal(digest(IMAGE), SIGNED);
    const parts = [{ name: '.text', content: Buffer.from('linux 6.12.48') }];
    assert.equal(digest(programOf(parts, Buffer.alloc(512, 7))), digest(KERNEL));
  });

  it('is another one after a change of any byte but those of the checksum and the place of signatures', () => {
    const { checksumAt, certificatesAt } = parseProgram(IMAGE);
    const left = [...Array(IMAGE.length).keys()].filter(place => {
      const copy = Buffer.from(IMAGE);
      copy[place] = (copy[place] ?? 0) ^ 0x10;
      return taken(copy) && digest(copy) === digest(IMAGE);
    });
    const allowed = [...Array(4).keys()].map(index => checksumAt + index);
    // The first half of the other says where the signatures are, the second how long they are.
    assert.deepEqual(left, [...allowed, ...[0, 1, 2, 3].map(index => certificatesAt + index)]);
  });

  it('takes the sections as they follow each other in the file, in whatever order its header names them', () => {
    const file = programOf(['.one', '.two'].map(name => ({ name, content: Buffer.from(name) })));
    const { checksumAt, certificatesAt } = parseProgram(file);
    const table = file.indexOf('.one');
    const [one, two] = [file.subarray(table, table + 40), file.subarray(table + 40, table + 80)].map(Buffer.from);
    file.set([...(two ?? []), ...(one ?? [])], table);
    assert.deepEqual(
      parseProgram(file).sections.map(({ name }) => name),
      ['.two', '.one'],
    );
    const rest = [file.subarray(0, checksumAt), file.subarray(checksumAt + 4, certificatesAt)];
    const whole = createHash('sha256').update(Buffer.concat([...rest, file.subarray(certificatesAt + 8)]));
    assert.equal(digest(file), whole.digest('hex'));
  });
});

describe('what is no program', () => {
  it('is refused, cut off anywhere', () => {
    assert.equal(taken(IMAGE), true);
    for (let length = 0; length < IMAGE.length; length += 1)
      assert.equal(taken(IMAGE.subarray(0, length)), false, `${length}`);
  });

  it('is refused when it claims to be larger than it is', () => {
    const claims: readonly (readonly [string, number, number])[] = [
      ['a header beyond the end', 88 + 60, 0x7fffffff],
      ['signatures beyond the end', 88 + 112 + 36, 0x7fffffff],
      ['a section in memory that would fill it', 88 + 240 + 8, 0x7fffffff],
      ['a section beyond the end', 88 + 240 + 16, 0x7fffffff],
      ['the start of its header beyond the end', 0x3c, 0xfffffff0],
    ];
    for (const [what, place, value] of claims) {
      const copy = Buffer.from(IMAGE);
      copy.writeUInt32LE(value, place);
      assert.equal(taken(copy), false, what);
    }
  });

  it('never makes us fall over, whatever is changed in its header', () => {
    const change = fc.tuple(fc.nat({ max: 1023 }), fc.nat({ max: 255 }));
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), changes => {
        const copy = Buffer.from(IMAGE);
        for (const [place, value] of changes) copy[place] = value;
        if (!taken(copy)) refused += 1;
      }),
      { numRuns: 5_000, seed: 3 },
    );
    assert.ok(refused > 500, `${refused} were refused`);
  });
});
