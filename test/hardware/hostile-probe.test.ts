// A probe of a box that says anything at all, or a dump that was tampered with: always a profile that fits its schema.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { unsourcedFields } from '../../runtime/hardware/evidence.ts';
import { lintProfile } from '../../runtime/hardware/lint.ts';
import { readDumpText } from '../../runtime/hardware/probe/dump-text.ts';
import { probeThisBox } from '../../runtime/hardware/probe-box.ts';
import { BoxProfile } from '../../runtime/hardware/profile.ts';
import { unseenIn } from '../../runtime/hardware/unseen.ts';
import { createFakeHost } from '../../runtime/host/fake.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';

const CABINET = Object.entries(
  JSON.parse(readFileSync(new URL('./dumps/cabinet-pc.json', import.meta.url), 'utf8')) as Record<string, string>,
);

async function survives(files: Readonly<Record<string, string>>): Promise<void> {
  const profile = await probeThisBox(createFakeHost({ files }));
  const fits = BoxProfile.safeParse(profile);
  assert.ok(fits.success, fits.error?.message);
  assert.deepEqual(unsourcedFields(profile), []);
  for (const found of [...lintProfile(profile), ...unseenIn(profile)]) assert.ok(found.summary.length < 1_000);
}

const content = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '',
    '-1\n',
    '99999999999999999999\n',
    '0x7fffffff\n',
    'DRIVER=\n',
    'x'.repeat(5_000),
    '\u202e\u0000\n',
  ),
  fc.constantFrom(...CABINET.map(([, text]) => text)),
);

describe('the probe of a box that lies', () => {
  it('gives a profile that fits its schema, whatever stands in its files', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(CABINET.length - 1), content), { minLength: 1, maxLength: 30 }),
        changes => {
          const files = Object.fromEntries(CABINET);
          for (const [index, text] of changes) files[CABINET[index]?.[0] ?? ''] = text;
          return survives(files);
        },
      ),
      { numRuns: 150 },
    ));

  it('gives one whatever its files are called', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(CABINET.length - 1), fc.nat(200), fc.constantFrom('/', '9', ':', '.', '\u0000', 'é'))),
        changes => {
          const names = CABINET.map(([path]) => path);
          for (const [index, at, character] of changes) {
            const path = names[index] ?? '';
            names[index] = path.slice(0, at) + character + path.slice(at + 1);
          }
          return survives(Object.fromEntries(names.map((name, index) => [name, CABINET[index]?.[1] ?? ''])));
        },
      ),
      { numRuns: 150 },
    ));

  it('gives one when every number is the largest, and every name is long', async () => {
    const long = (name: string) => name.replace(/\d+$/, digits => digits.padEnd(80, '7'));
    await survives(Object.fromEntries(CABINET.map(([path, text]) => [path, text.replace(/^\d+$/m, '4294967295')])));
    await survives(Object.fromEntries(CABINET.map(([path, text]) => [path.split('/').map(long).join('/'), text])));
    await survives(Object.fromEntries(CABINET.map(([path, text]) => [path, text.repeat(500)])));
  });

  it('reads a dump of any text or refuses it with a word', () => {
    const line = fc.oneof(
      fc.constantFrom(
        'gatewright-hardware 1',
        'end',
        'file /proc/cpuinfo',
        'name /sys/class',
        ' 00 ff',
        ' 0',
        '',
        '\r',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), lines => {
        try {
          for (const path of readDumpText(lines.join('\n')).keys()) assert.match(path, /^\/(proc|sys|dev)\//);
        } catch (error) {
          assert.ok(isGatewrightError(error) && error.code === 'GW_HOST_UNEXPECTED', String(error));
          assert.doesNotMatch(error.message, /\p{Cc}/u);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
