// A domain of libvirt as a VM: what is carried over, what is named, and XML that somebody else wrote with bad intentions.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { importDomain } from '../../runtime/convert/domain/import-domain.ts';
import { formatFlow } from '../../runtime/convert/format-flow.ts';
import { openFlow } from '../../runtime/convert/open-flow.ts';
import { hasErrors } from '../../runtime/model/diagnostic.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';

const domainText = (name: string) => readFileSync(new URL(`./domains/${name}.xml`, import.meta.url), 'utf8');
const ROBOT = domainText('robot');

function refusal(xml: string): string {
  try {
    importDomain(xml, []);
  } catch (error) {
    assert.ok(isGatewrightError(error) && error.code === 'GW_DOMAIN_FORM', String(error));
    return error.message;
  }
  return assert.fail('it was taken');
}

describe('a domain of libvirt', () => {
  const { added, report } = importDomain(ROBOT, []);
  const { design, diagnostics } = compile(added, NODE_TYPES);

  it('becomes a VM with its memory, processors, placement, firmware, watchdog and TPM', () => {
    assert.equal(hasErrors(diagnostics), false, JSON.stringify(diagnostics));
    const { spec } = design.resources['vm.gateway-1/robot-a-prod'] as { spec: Readonly<Record<string, unknown>> };
    const { memoryMiB, vcpus, vcpuPins, emulatorPin, fifoPriority, hugePages, lockedMemory } = spec;
    assert.deepEqual([memoryMiB, vcpus, vcpuPins, emulatorPin, fifoPriority], [2048, 2, ['2', '3'], '0-1', 50]);
    assert.deepEqual(
      [hugePages, lockedMemory, spec.firmware, spec.watchdog],
      ['2-mib', true, 'uefi-secure', 'poweroff'],
    );
    assert.deepEqual([spec.tpm, spec.image], ['crb', 'robot-a']);
  });

  it('keeps the addresses of its network cards, and cards of one bridge are on one switch', () => {
    const ports = Object.values(design.resources).filter(({ kind }) => kind === 'port') as readonly {
      spec: { readonly mac: string; readonly segment: string };
    }[];
    assert.deepEqual(ports.map(({ spec }) => [spec.mac, spec.segment]).toSorted(), [
      ['52:54:00:6b:3c:58', 'segment.gateway-1/bridge-br0'],
      ['52:54:00:6b:3c:59', 'segment.gateway-1/bridge-br0'],
      ['52:54:00:6b:3c:5a', 'segment.gateway-1/network-isolated'],
    ]);
  });

  it('has its devices passed through, functions of one slot together', () => {
    const devices = Object.values(design.resources).flatMap(({ kind, spec }) =>
      kind === 'device' ? [(spec as { readonly attach: unknown }).attach] : [],
    );
    assert.deepEqual(devices, [
      { by: 'pci', functions: ['0000:02:00.0', '0000:02:00.1'] },
      { by: 'pci', functions: ['0000:05:10.2'] },
      { by: 'serial', path: '/dev/serial/by-path/pci-0000:00:1f.0-port0' },
    ]);
  });

  it('is told what is not carried over, and why', () => {
    const lost = report.parts.filter(({ outcome }) => outcome === 'not-converted').map(({ what }) => what);
    assert.deepEqual(lost, [
      'disk pool/data',
      'USB device "0x0403:0x6001"',
      'serial port "/dev/ttyUSB0"',
      'graphics',
      'qemu:commandline',
    ]);
    assert.ok(report.parts.every(({ notes }) => notes.every(note => note.endsWith('.'))));
  });

  it('brings no password along', () => {
    assert.match(ROBOT, /do-not-export-me/);
    assert.doesNotMatch(formatFlow(added) + JSON.stringify(report), /do-not-export-me/);
  });

  it('is added to a flow beside what is there, on its gateway and for its tenant', () => {
    const first = importDomain(domainText('plain'), []);
    const again = importDomain(domainText('plain'), openFlow(first.added).nodes);
    assert.equal(again.report.vm, 'logger-2');
    assert.deepEqual(
      again.added.map(({ type }) => type),
      ['tab', 'gatewright-vm', 'gatewright-vswitch'],
    );
    const both = compile([...first.added, ...again.added], NODE_TYPES);
    assert.equal(hasErrors(both.diagnostics), false, JSON.stringify(both.diagnostics));
    const vms = Object.keys(both.design.resources).filter(address => address.startsWith('vm.'));
    assert.deepEqual(vms.toSorted(), ['vm.gateway-1/logger', 'vm.gateway-1/logger-2']);
  });
});

describe('XML that is no domain', () => {
  const laughs = `<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><domain><name>&b;</name></domain>`;
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', '', /is empty/],
    ['other text', 'memory: 512', /cannot be read|not the XML of one domain/],
    ['XML that ends too early', ROBOT.slice(0, 400), /cannot be read/],
    ['entities that grow', laughs, /document type/],
    [
      'an entity in another file',
      '<!doctype d [<!ENTITY x SYSTEM "file:///etc/passwd">]><domain>&x;</domain>',
      /document type/,
    ],
    ['a megabyte of it', `<domain>${'<a/>'.repeat(300_000)}</domain>`, /more than 1 MB/],
    ['bottomless nesting', `<domain>${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}</domain>`, /cannot be read/],
    ['two domains', '<domain/><domain/>', /cannot be read|not the XML of one domain/],
    ['a network', '<network><name>lan</name></network>', /not the XML of one domain/],
  ];
  for (const [what, xml, words] of cases)
    it(`is refused: ${what}`, () => {
      assert.match(refusal(xml), words);
    });

  it('reaches no prototype by names of elements and attributes', () => {
    const xml =
      "<domain><__proto__ polluted='yes'/><constructor><prototype polluted='yes'/></constructor><name>x</name></domain>";
    try {
      importDomain(xml, []);
    } catch (error) {
      assert.ok(isGatewrightError(error), String(error));
    }
    assert.equal(({} as { polluted?: string }).polluted, undefined);
  });

  it('is refused or drawn, whatever is changed in a domain, and what is drawn can be compiled', () =>
    fc.assert(
      fc.property(
        fc.nat(ROBOT.length - 1),
        fc.nat(40),
        fc.oneof(
          fc.string({ maxLength: 12 }),
          fc.constantFrom('<', "'", '&lt;', '-1', '99999999999999999999', '../..', '\u202e'),
        ),
        (at, cut, put) => {
          const xml = ROBOT.slice(0, at) + put + ROBOT.slice(at + cut);
          try {
            const drawn = importDomain(xml, []);
            const found = compile(drawn.added, NODE_TYPES).diagnostics.filter(({ severity }) => severity === 'error');
            // A domain may contradict itself in where it runs; the finding of the VM says so better than leaving it out.
            assert.deepEqual(
              found.filter(({ code }) => code !== 'GW_PLACEMENT_FIELDS'),
              [],
              xml,
            );
          } catch (error) {
            if (!isGatewrightError(error)) throw error;
            assert.equal(error.code, 'GW_DOMAIN_FORM');
          }
        },
      ),
      { numRuns: 400 },
    )).timeout(60_000);
});
