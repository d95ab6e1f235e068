// Whatever stands in a file: a profile that fits its schema and whose faults are named, or an error of ours. Never a crash.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { exportEve } from '../../runtime/hardware/export/eve.ts';
import { lintProfile } from '../../runtime/hardware/lint.ts';
import { BoxProfile } from '../../runtime/hardware/profile.ts';
import { readProfile } from '../../runtime/hardware/read-profile.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';

const FOLDER = new URL('./eve/', import.meta.url);
const MODELS = readdirSync(FOLDER)
  .filter(name => name.endsWith('.json'))
  .map(name => readFileSync(new URL(name, FOLDER), 'utf8'));

/** Reads, lints and exports; says whether the text was taken. */
function survives(text: string): boolean {
  let read: ReturnType<typeof readProfile>;
  try {
    read = readProfile(text);
  } catch (error) {
    if (isGatewrightError(error) && error.code.startsWith('GW_PROFILE_')) return false;
    throw error;
  }
  const fits = BoxProfile.safeParse(read.profile);
  assert.ok(fits.success, `${fits.error?.message}\n${text.slice(0, 500)}`);
  for (const found of [...read.findings, ...lintProfile(read.profile)])
    assert.ok(found.summary !== '' && found.remedy !== '' && found.summary.length < 1_000);
  const again = readProfile(JSON.stringify(exportEve(read.profile)));
  assert.equal(again.form, 'eve');
  return true;
}

const anything = fc.anything({ withNullPrototype: false, maxDepth: 3 });
const key = fc.constantFrom(
  ...[
    'ztype',
    'phylabel',
    'usage',
    'assigngrp',
    'phyaddrs',
    'logicallabel',
    'parentassigngrp',
    'cost',
    '__proto__',
    'x',
  ],
);
const addressKey = fc.constantFrom(
  'Ifname',
  'ifname',
  'PciLong',
  'pcilong',
  'IRQ',
  'Ioports',
  'Serial',
  'usbaddr',
  'toString',
);
const address = fc.dictionary(addressKey, fc.oneof(fc.string({ unit: 'binary' }), anything));
const row = fc.oneof(
  anything,
  fc.dictionary(key, fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), address, anything)),
);
const model = fc.record(
  {
    ioMemberList: fc.array(row),
    attr: fc.oneof(anything, fc.dictionary(fc.string(), anything)),
    logo: anything,
    arch: anything,
  },
  { requiredKeys: ['ioMemberList'] },
);

describe('reading a hostile file', () => {
  it('takes every model of the form of EVE, whatever its rows hold', () => {
    fc.assert(
      fc.property(model, value => {
        const text = JSON.stringify(value);
        assert.ok(survives(text), text);
      }),
      { numRuns: 500 },
    );
  });

  it('survives any JSON, any text, and lines that look like those of lspci', () => {
    const word = fc.constantFrom(
      'Slot:',
      'Device:',
      'Class:',
      'IOMMU Group 3',
      '00:1f.2',
      '[0200]',
      '\t',
      '\n',
      '\n\n',
      ':',
    );
    const lines = fc.array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 10 })), { maxLength: 60 });
    fc.assert(
      fc.property(fc.json(), text => void survives(text)),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => void survives(text)),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(lines, parts => void survives(`Slot: ${parts.join(' ')}`)),
      { numRuns: 500 },
    );
  });

  it('survives XML made of the words of libvirt in any order', () => {
    const tag = fc.constantFrom(
      'device',
      'name',
      'capability',
      'domain',
      'bus',
      'slot',
      'function',
      'class',
      'vendor',
      'path',
    );
    const piece = fc.oneof(
      tag.map(name => `<${name}>`),
      tag.map(name => `</${name}>`),
      tag.map(name => `<${name} type='pci' id='0x8086'>1</${name}>`),
      fc.constantFrom(
        '&lt;',
        '&#x0;',
        '&nope;',
        '<![CDATA[x]]>',
        '<!-- -->',
        "<__proto__ a='1'/>",
        '<constructor/>',
        '\n',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
        survives(`<device>${pieces.join('')}</device>`);
        survives(`<device>\n${pieces.join('')}`);
      }),
      { numRuns: 500 },
    );
  });

  it('survives single bytes changed and texts cut in real models', () => {
    const change = fc.tuple(fc.nat(), fc.constantFrom('"', '{', ']', '0', '\u0000', '\u202e', 'é'));
    fc.assert(
      fc.property(fc.constantFrom(...MODELS), fc.array(change, { minLength: 1, maxLength: 4 }), (text, changes) => {
        let changed = text;
        for (const [place, character] of changes) {
          const at = place % changed.length;
          changed = changed.slice(0, at) + character + changed.slice(at + 1);
        }
        survives(changed);
        survives(text.slice(0, (changes[0]?.[0] ?? 0) % text.length));
      }),
      { numRuns: 300 },
    );
  });

  it('survives what is deep, wide or long', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    assert.equal(survives(deep), false);
    assert.ok(
      survives(`{"ioMemberList": [${deep}, {"phylabel": "a", "ztype": ${deep}, "phyaddrs": {"Irq": ${deep}}}]}`),
    );
    assert.ok(survives(JSON.stringify({ ioMemberList: Array.from({ length: 50_000 }, () => ({ phylabel: 'eth0' })) })));
    assert.ok(
      survives(
        JSON.stringify({ ioMemberList: [{ phylabel: 'x'.repeat(1e6), phyaddrs: { PciLong: 'y'.repeat(1e6) } }] }),
      ),
    );
    survives(`${'<device>'.repeat(20_000)}${'</device>'.repeat(20_000)}`);
    survives(`<device>${'<a/>'.repeat(200_000)}</device>`);
    survives(`Slot: 00:00.0\nDevice: ${' '.repeat(1_000_000)}x\n${'Slot:\t00:01.0\n\n'.repeat(100_000)}`);
    survives(`IOMMU Group ${'1'.repeat(1_000_000)}`);
  });

  it('takes time with the length of a file, and not with its square', () => {
    // The square of this takes longer than any test may; all of what a file may have takes eight times as long as this.
    const most = 512 * 1024;
    const fill = (head: string, piece: string, tail = '') =>
      survives(head + piece.repeat(Math.floor((most - head.length - tail.length) / piece.length)) + tail);
    for (const piece of [
      '\n',
      ' ',
      '\t\n',
      '<?xml',
      '<',
      '<a ',
      '<!--',
      '<![CDATA[',
      '&',
      '&amp;',
      '>',
      ']]>',
      '"',
      "a='1' ",
    ]) {
      fill('', piece, 'x');
      fill('<device>', piece, '</device>');
      fill('<device', ` ${piece}`, '/>');
    }
    fill('<device><path>', ':', '\n</path><capability type="usb_device"/></device>');
    fill('', `Slot:\t00:00.0\nClass:\t${' '.repeat(1_900)}x\n\n`);
    fill('Slot:', ' ');
    fill('{"ioMemberList":[', '{"phylabel":"a","phyaddrs":{"Ioports":"1-1","PciLong":" "}},', '{}]}');
    fill('{"ioMemberList":[{"phylabel":"', ' ', '"}]}');
  });
});
