// Domains written as XML and read back, and XML from outside that is not what it should be.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DomainDescription } from '../../../runtime/drivers/libvirt/domain.ts';
import { formatDomain } from '../../../runtime/drivers/libvirt/domain-format.ts';
import { parseDomain } from '../../../runtime/drivers/libvirt/domain-parse.ts';
import { FileNames } from '../../../runtime/drivers/libvirt/files.ts';
import { formatXml, parseXml, type XmlTree } from '../../../runtime/drivers/libvirt/xml.ts';
import type { GatewrightError } from '../../../runtime/model/errors.ts';
import { VmSpec } from '../../../runtime/model/kinds/vm.ts';

const files = new FileNames('/var/lib/gatewright/images', '/var/lib/gatewright/cell-7/drivers/libvirt');
const UUID = '0f5b1c3e-0000-4000-8000-0123456789ab';

const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const mac = fc
  .array(fc.integer({ min: 0, max: 255 }), { minLength: 5, maxLength: 5 })
  .map(bytes => ['02', ...bytes.map(byte => byte.toString(16).padStart(2, '0'))].join(':'));
const nic = fc.record({
  name,
  port: name.map(text => `port.cell-7/${text}` as const),
  mac,
  mtu: fc.integer({ min: 576, max: 9216 }),
});
/** Whatever a kernel argument may hold, what XML has its own meaning for included. */
const kernelArguments = fc
  .stringMatching(/^[\x20\x21\x23-\x26\x28-\x5b\x5d-\x7e]{0,60}$/)
  .map(text => text.trim().replaceAll(/ +/g, ' '));

/** CPUs of a host: one, or a range. */
const hostCpus = fc
  .tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 20 }))
  .map(([first, more]) => (more === 0 ? `${first}` : `${first}-${first + more}`));
/** Each field of where it runs, or none of it. */
const placement = fc.record(
  {
    vcpuPins: fc.array(hostCpus, { minLength: 1, maxLength: 8 }),
    emulatorPin: hostCpus,
    fifoPriority: fc.integer({ min: 1, max: 99 }),
    lockedMemory: fc.constant(true as const),
    hugePages: fc.constantFrom('2-mib' as const, '1-gib' as const),
    leastMemoryMiB: fc.integer({ min: 64, max: 1_048_576 }),
  },
  { requiredKeys: [] },
);

const drawnSpec = fc.record({
  tenant: name,
  image: fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/),
  kernelArguments,
  vcpus: fc.integer({ min: 1, max: 64 }),
  memoryMiB: fc.integer({ min: 64, max: 1_048_576 }),
  watchdog: fc.constantFrom('none' as const, 'reset' as const, 'poweroff' as const),
  startOrder: fc.integer({ min: 0, max: 1000 }),
  nics: fc.array(nic, { maxLength: 4 }),
  fieldLine: fc.constant(true),
  running: fc.constant(true),
});
/** What starts it, and what it has to prove and to wait for, or none of it. */
const trust = fc.record(
  {
    firmware: fc.constantFrom('uefi' as const, 'uefi-secure' as const),
    tpm: fc.constant('crb' as const),
    gates: fc.array(
      fc.record({ by: name.map(text => `gate.cell-7/${text}`), otherwise: fc.constantFrom('block', 'read-only') }),
      { minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);
const spec: fc.Arbitrary<VmSpec> = fc
  .tuple(drawnSpec, placement, trust)
  .map(([drawn, placed, trusted]) => VmSpec.parse({ ...drawn, ...placed, ...trusted }));

function describeDomain(drawn: VmSpec, boot: 'kernel' | 'disk'): DomainDescription {
  return {
    uuid: UUID,
    name: 'gw.cell-7.robot-a',
    address: 'vm.cell-7/robot-a',
    generation: 7,
    acceleration: 'qemu',
    emulator: '/usr/bin/qemu-system-x86_64',
    boot:
      boot === 'disk'
        ? { kind: 'disk', overlay: files.overlay(UUID) }
        : drawn.firmware === 'uefi-secure'
          ? { kind: 'signed', disk: files.signed(UUID) }
          : { kind: 'kernel', kernel: files.kernel(drawn.image), initrd: files.initrd(drawn.image) },
    consolePath: files.console(UUID),
    fieldPath: files.field(UUID),
    attestPath: files.attest(UUID),
    variables: { path: files.variables(UUID, drawn.firmware), template: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
    tpmSecret: '11111111-2222-4333-8444-555555555555',
    logPath: files.log(UUID),
    spec: boot === 'disk' ? { ...drawn, kernelArguments: '' } : drawn,
  };
}

/** As libvirt gives it back: memory and its pages in KiB. */
function asListed(text: string): string {
  const xml = text.replace(/size="(\d+)" unit="M"/, (_, mib) => `size="${Number(mib) * 1024}" unit="KiB"`);
  const { domain } = parseXml(xml, 'a domain') as { domain: XmlTree };
  const kib = (element: unknown) => {
    const { '#text': mib } = element as { '#text': string };
    return { '@unit': 'KiB', '#text': String(Number(mib) * 1024) };
  };
  return formatXml({ domain: { ...domain, memory: kib(domain.memory), currentMemory: kib(domain.currentMemory) } });
}

const DRAWN = VmSpec.parse({
  tenant: 'vendor-a',
  image: 'tiny-linux',
  kernelArguments: 'gw.hostname=a7',
  vcpus: 1,
  memoryMiB: 112,
  watchdog: 'none',
  startOrder: 100,
  nics: [{ name: 'eth0', port: 'port.cell-7/a7.eth0', mac: '02:00:00:00:00:07', mtu: 1450 }],
  fieldLine: true,
  running: true,
});
const { running: _running, ...CONFIGURED } = DRAWN;
const listed = asListed(formatDomain(describeDomain(DRAWN, 'kernel')));

describe('a domain', () => {
  it('is read back as it was drawn, whatever its fields hold', () => {
    fc.assert(
      fc.property(spec, fc.constantFrom('kernel' as const, 'disk' as const), (drawn, boot) => {
        const domain = describeDomain(drawn, boot);
        const read = parseDomain(asListed(formatDomain(domain)), files);
        const { running: _running, ...configured } = domain.spec;
        assert.deepEqual(read?.spec, configured);
        assert.deepEqual([read.address, read.generation, read.uuid], [domain.address, 7, UUID]);
        assert.deepEqual(
          read.cards,
          drawn.nics.map(card => ({ mac: card.mac, mtu: card.mtu })),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('keeps text that looks like XML as text', () => {
    const odd = 'a=<img/onerror=1> b=&amp;lt; c=]]> d=<!--';
    const domain = describeDomain({ ...DRAWN, kernelArguments: odd }, 'kernel');
    assert.equal(parseDomain(asListed(formatDomain(domain)), files)?.spec.kernelArguments, odd);
  });

  it('shows a field that was changed behind our back, or leaves it out', () => {
    const changed = (from: string | RegExp, to: string) => {
      const text = listed.replace(from, to);
      assert.notEqual(text, listed);
      return parseDomain(text, files)?.spec;
    };
    assert.equal(changed('>114688<', '>131072<')?.memoryMiB, 128);
    assert.equal(changed(/<vcpu placement="static">1</, '<vcpu placement="static">2<')?.vcpus, 2);
    assert.equal(changed('quiet gw.hostname=a7', 'quiet gw.hostname=b7')?.kernelArguments, 'gw.hostname=b7');
    assert.equal(changed('quiet gw.hostname=a7', 'single gw.hostname=a7')?.kernelArguments, undefined);
    assert.equal(changed('images/tiny-linux/vmlinuz', 'images/other/vmlinuz')?.image, 'other');
    assert.equal(changed('/var/lib/gatewright/images/tiny-linux/vmlinuz', '/tmp/vmlinuz')?.image, undefined);
    assert.equal(changed('<mac address="02:00:00:00:00:07"/>', '<mac address="02:00:00:00:00:09"/>')?.nics, undefined);
    assert.equal(changed('<mtu size="1450"/>', '')?.nics, undefined);
  });

  it('shows each field of where it runs, whatever was made of it behind our back', () => {
    const placed = asListed(
      formatDomain(
        describeDomain(
          {
            ...{ ...DRAWN, vcpus: 2, vcpuPins: ['2', '3'], emulatorPin: '0-1', fifoPriority: 40, lockedMemory: true },
            ...{ hugePages: '2-mib', leastMemoryMiB: 96 },
          },
          'kernel',
        ),
      ),
    );
    const changed = (from: string | RegExp, to: string) => {
      const text = placed.replace(from, to);
      assert.notEqual(text, placed);
      return parseDomain(text, files)?.spec;
    };
    assert.deepEqual(changed('cpuset="3"', 'cpuset="1,5"')?.vcpuPins, ['2', '1,5']);
    assert.deepEqual(changed('<vcpupin vcpu="0" cpuset="2"/>', '')?.vcpuPins, ['1 on 3']);
    assert.equal(changed(/<vcpupin.*\/>(?=<emulatorpin)/, '')?.vcpuPins, undefined);
    assert.equal(changed('<emulatorpin cpuset="0-1"/>', '')?.emulatorPin, undefined);
    assert.equal(changed('<emulatorpin cpuset="0-1"/>', '<emulatorpin cpuset="3"/>')?.emulatorPin, '3');
    assert.equal(changed(/ priority="40"/g, ' priority="41"')?.fifoPriority, 41);
    assert.equal(changed(/<vcpusched.*\/>(?=<\/cputune)/, '')?.fifoPriority, undefined);
    const together = '<vcpusched vcpus="0-1" scheduler="fifo" priority="40"/>';
    assert.equal(changed(/<vcpusched.*\/>(?=<\/cputune)/, together)?.fifoPriority, 40, 'as newer versions write it');
    for (const odd of ['vcpus="0" scheduler="fifo" priority="40"', 'vcpus="0-1" scheduler="rr" priority="40"'])
      assert.match(String(changed(/<vcpusched.*\/>(?=<\/cputune)/, `<vcpusched ${odd}/>`)?.fifoPriority), /^0(-1)?: /);
    assert.equal(changed('<locked/>', '')?.lockedMemory, undefined);
    assert.equal(changed(/<hugepages>.*<\/hugepages>/, '')?.hugePages, undefined);
    assert.equal(changed(/<hugepages>.*<\/hugepages>/, '<hugepages/>')?.hugePages, 'of any size');
    assert.equal(changed('>98304</currentMemory>', '>102400</currentMemory>')?.leastMemoryMiB, 100);
    assert.equal(changed(' autodeflate="on"', '')?.leastMemoryMiB, '96, and no more');
  });

  it('is found to have what a VM that asks for nothing does not have', () => {
    const added = (from: string, to: string) => parseDomain(listed.replace(from, to), files)?.spec;
    const pins = '<cputune><vcpupin vcpu="0" cpuset="1,3"/></cputune><os>';
    assert.deepEqual(added('<os>', pins)?.vcpuPins, ['1,3']);
    const taken = added('>114688</currentMemory>', '>98304</currentMemory>');
    assert.equal(taken?.leastMemoryMiB, '96, and no more');
    assert.deepEqual(Object.keys(parseDomain(listed, files)?.spec ?? {}).sort(), Object.keys(CONFIGURED).sort());
  });

  it('has a field line only when its second serial port is the socket that its name leads to', () => {
    const [second, ...more] =
      listed.match(/<serial type="unix"><source mode="bind" path="[^"]*\.field"\/>.*?<\/serial>/g) ?? [];
    assert.deepEqual(more, []);
    const withSecond = (xml: string) =>
      parseDomain(listed.replace(second ?? assert.fail(), xml), files)?.spec.fieldLine;
    assert.equal(withSecond(''), false, 'one that an older version made');
    const others = [
      '<serial type="pty"><target type="isa-serial" port="1"/></serial>',
      '<serial type="udp"><source mode="bind" port="1"/><source mode="connect" port="2"/></serial>',
      second?.replace('.field', '.other'),
      second?.replace('port="1"', 'port="2"'),
      second?.replace('mode="bind"', 'mode="connect"'),
    ];
    for (const other of others) assert.equal(withSecond(other ?? ''), false, other);
    assert.equal(withSecond(`${second}<serial type="pty"><target type="isa-serial" port="2"/></serial>`), true);
  });

  const FOREIGN: Readonly<Record<string, string>> = {
    'has no metadata': '<domain><name>a</name><uuid>u</uuid></domain>',
    'has empty metadata': '<domain><name>a</name><metadata/></domain>',
    'has our element in a namespace of somebody else': listed.replaceAll(
      'https://gatewright.dev/ns/',
      'https://other.example/',
    ),
    'has our element in no namespace': listed.replace(/ xmlns:gatewright="[^"]*"/, ''),
    'names no address': listed.replace(' address="vm.cell-7/robot-a"', ''),
    'names an address of another kind': listed.replace('"vm.cell-7/robot-a"', '"port.cell-7/robot-a"'),
    'names an address that reaches a prototype': listed.replace('"vm.cell-7/robot-a"', '"vm.__proto__/a"'),
    'is no domain': '<network><name>a</name></network>',
    'looks like ours by name and title alone': '<domain><name>gw.cell-7.a</name><title>vm.cell-7/a</title></domain>',
  };
  for (const [what, xml] of Object.entries(FOREIGN))
    it(`is somebody else's when it ${what}`, () => {
      assert.notEqual(xml, listed);
      assert.equal(parseDomain(xml, files), undefined);
    });

  const UNREADABLE: Readonly<Record<string, string>> = {
    'is no XML': 'not xml <',
    'ends too early': listed.slice(0, 400),
    'declares entities': `<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${listed}`,
    'bears our tag and has no devices': listed.replace(/<devices>.*<\/devices>/s, ''),
    'bears our tag and counts memory in something else': listed.replace('unit="KiB"', 'unit="MiB"'),
  };
  for (const [what, xml] of Object.entries(UNREADABLE))
    it(`is refused in words when it ${what}`, () => {
      assert.throws(() => parseDomain(xml, files), { code: 'GW_HOST_UNEXPECTED' });
    });

  it('never breaks the reader, whatever was cut out of it or put in', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '/',
      '"',
      '&',
      '&#0;',
      '<a>',
      '</domain>',
      '<metadata>',
      ']]>',
      '\0',
      '<!--',
    );
    const place = fc.integer({ min: 0, max: listed.length });
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 60 }), fc.array(pieces, { maxLength: 4 }), (at, length, put) => {
        try {
          parseDomain(listed.slice(0, at) + put.join('') + listed.slice(at + length), files);
        } catch (error) {
          assert.equal((error as GatewrightError).code, 'GW_HOST_UNEXPECTED');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when it is nested without an end', () => {
    const deep = `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`;
    assert.throws(() => parseDomain(`<domain>${deep}</domain>`, files), { code: 'GW_HOST_UNEXPECTED' });
  });
});
