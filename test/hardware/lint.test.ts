// Every rule of the lint: rows that have the fault, and rows that only look like it.
import assert from 'node:assert/strict';
import { lintProfile } from '../../runtime/hardware/lint.ts';
import type { BoxPort, BoxProfile } from '../../runtime/hardware/profile.ts';
import { readProfile } from '../../runtime/hardware/read-profile.ts';
import { HARDWARE_CODES } from '../../runtime/model/codes/hardware.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import { device, port, profileOf, SAID } from './profiles.ts';
import { READING_RULES } from './reading-rules.ts';

interface Rule {
  readonly code: string;
  readonly what: string;
  /** Rows the finding must be about. */
  readonly rows: readonly string[];
  readonly wrong: BoxProfile;
  readonly right: BoxProfile;
  /** The host both shall be honoured on. */
  readonly host?: BoxProfile;
}

const pci = (pciAddress: string) => ({ address: { pciAddress } });
const serial = (label: string, irq: number, group = label) =>
  port(label, { kind: 'serial', group, lineType: 'rs232', address: { device: `/dev/${label}`, irq } });
const hostSerial = (label: string, irq: number): BoxPort => {
  const { group: _none, ...row } = serial(label, irq);
  return row;
};
const stick = (label: string, usbPort?: string) =>
  port(label, {
    kind: 'usb-device',
    address: { usbProduct: '0403:6001', ...(usbPort === undefined ? {} : { usbPort }) },
  });
const chipset = ['0000:00:1f.0', '0000:00:1f.2', '0000:00:1f.3'];
const host = profileOf([], {
  pciDevices: [
    ...chipset.map(address => device(address, { classCode: address.endsWith('0') ? '060100' : '0c0500' })),
    device('0000:00:02.0', { classCode: '020000' }),
    device('0000:00:1c.0', { classCode: '060400' }),
    device('0000:01:00.0', { classCode: '020000' }),
    device('0000:02:00.0', { classCode: '020000' }),
  ],
  iommu: {
    active: true,
    groups: [
      { group: 1, devices: ['0000:00:02.0'] },
      { group: 2, devices: ['0000:00:1c.0', '0000:01:00.0'] },
      { group: 3, devices: ['0000:02:00.0'] },
      { group: 9, devices: chipset },
    ],
    evidence: SAID,
  },
});

const RULES: readonly Rule[] = [
  {
    code: 'GW_PROFILE_LABEL_TWICE',
    what: 'two rows with one label',
    rows: ['eth0'],
    wrong: profileOf([port('eth0'), port('eth0', { name: 'lan' })]),
    right: profileOf([port('eth0', { name: 'lan' }), port('eth1')]),
  },
  {
    code: 'GW_PROFILE_IRQ_SPLIT',
    what: 'one interrupt in two groups',
    rows: ['COM3'],
    wrong: profileOf([serial('COM3', 7), serial('COM4', 7)]),
    right: profileOf([serial('COM1', 4), serial('COM3', 7, 'COM34'), serial('COM4', 7, 'COM34')]),
  },
  {
    code: 'GW_PROFILE_IRQ_SPLIT',
    what: 'one interrupt that a VM and the host would share',
    rows: ['COM3'],
    wrong: profileOf([serial('COM3', 7), hostSerial('COM4', 7)]),
    right: profileOf([hostSerial('COM3', 7), hostSerial('COM4', 7)]),
  },
  {
    code: 'GW_PROFILE_PCI_MALFORMED',
    what: 'an address that is none',
    rows: ['a', 'b', 'c', 'd'],
    wrong: profileOf([
      port('a', pci('0000:00:20.0')),
      port('b', pci('0000:00:1f.8')),
      port('c', pci('eth0')),
      port('d', pci('1F:00.0')),
    ]),
    right: profileOf([port('a', pci('0000:1f:00.0'))]),
  },
  {
    code: 'GW_PROFILE_PCI_SWAPPED',
    what: 'bus and device the wrong way round, as the places of common chipsets tell',
    rows: ['USB1'],
    wrong: profileOf([port('USB1', { kind: 'usb', ...pci('0000:14:00.0') }), port('lan', pci('0000:19:00.0'))]),
    right: profileOf([
      port('USB1', { kind: 'usb', ...pci('0000:00:14.0') }),
      port('USB2', { kind: 'usb', ...pci('0000:05:00.0') }),
      port('VGA', { kind: 'display', ...pci('0000:02:00.0') }),
    ]),
  },
  {
    code: 'GW_PROFILE_PCI_SWAPPED',
    what: 'bus and device the wrong way round, as the devices of the profile tell',
    rows: ['lan'],
    wrong: profileOf([port('lan', pci('0000:19:00.0'))], { pciDevices: [device('0000:00:19.0')] }),
    right: profileOf([port('USB1', { kind: 'usb', ...pci('0000:14:00.0') })], { pciDevices: [device('0000:14:00.0')] }),
  },
  {
    code: 'GW_PROFILE_PCI_SPLIT',
    what: 'functions of one device in two groups',
    rows: ['eth0'],
    wrong: profileOf([port('eth0', pci('0000:03:00.0')), port('eth1', pci('0000:03:00.1'))]),
    right: profileOf([
      port('eth0', { group: 'pair', ...pci('0000:03:00.0') }),
      port('eth1', { group: 'pair', ...pci('0000:03:00.1') }),
      port('eth2', pci('0000:04:00.0')),
    ]),
  },
  {
    code: 'GW_PROFILE_ADDRESS_MISSING',
    what: 'a row that may be assigned and is nowhere',
    rows: ['wwan0'],
    wrong: profileOf([port('wwan0', { kind: 'cellular', address: {} })]),
    right: profileOf([port('eth0'), { label: 'Logo', kind: 'other', address: {}, evidence: SAID }]),
  },
  {
    code: 'GW_PROFILE_GROUP_EMPTY',
    what: 'a row that is somewhere and in no group',
    rows: ['eth0'],
    wrong: profileOf([{ label: 'eth0', kind: 'ethernet', address: { interface: 'eth0' }, evidence: SAID }]),
    right: profileOf([
      { label: 'eth0', kind: 'ethernet', management: true, address: { interface: 'eth0' }, evidence: SAID },
      port('eth1'),
    ]),
  },
  {
    code: 'GW_PROFILE_GROUP_UNKNOWN',
    what: 'a group above that no row is in',
    rows: ['USB1'],
    wrong: profileOf([port('USB1', { parentGroup: 'USBs' })]),
    right: profileOf([port('USB', { group: 'USBs' }), port('USB1', { parentGroup: 'USBs' })]),
  },
  {
    code: 'GW_PROFILE_USB_AMBIGUOUS',
    what: 'a stick named by its product only, when two could match',
    rows: ['stick A', 'stick B'],
    wrong: profileOf([stick('stick A'), stick('stick B')]),
    right: profileOf([stick('stick A', '1:2'), stick('stick B', '1:4.1')]),
  },
  {
    code: 'GW_PROFILE_USB_AMBIGUOUS',
    what: 'a stick named by its product only, when two are plugged in',
    rows: ['stick'],
    wrong: profileOf([stick('stick')], { usb: { controllers: [], devices: [plugged('1-1'), plugged('1-2')] } }),
    right: profileOf([stick('stick')], { usb: { controllers: [], devices: [plugged('1-1')] } }),
  },
  {
    code: 'GW_PROFILE_LINE_TYPE',
    what: 'a serial port that nobody says the line of',
    rows: ['COM1', '/dev/ttyS1'],
    wrong: profileOf([port('COM1', { kind: 'serial', address: { device: '/dev/ttyS0' } })], {
      serialPorts: [{ device: '/dev/ttyS1', carrier: 'uart', evidence: SAID }],
    }),
    right: profileOf([serial('COM1', 4), port('COM2', { kind: 'serial', address: { device: '/dev/ttyS1' } })], {
      serialPorts: [{ device: '/dev/ttyS1', carrier: 'uart', lineType: 'rs485', evidence: SAID }],
    }),
  },
  {
    code: 'GW_PROFILE_MANAGEMENT',
    what: 'a management card that may be given away, alone or with another row',
    rows: ['eth0', 'eth1'],
    wrong: profileOf([
      port('eth0', { management: true }),
      port('eth1', { management: true, group: 'lan' }),
      port('eth2', { group: 'lan' }),
    ]),
    right: profileOf([port('eth0', { management: false })]),
  },
  {
    code: 'GW_PROFILE_UNSOURCED',
    what: 'a field that nobody stands behind',
    rows: ['cpu.vtd', 'ports.0.label', 'ports.0.kind', 'ports.0.group', 'ports.0.address'],
    wrong: profileOf([port('eth0', { evidence: {} })], { cpu: { vtd: true, evidence: {} } }),
    right: profileOf([port('eth0')], { cpu: { vtd: true, evidence: { vtd: { confidence: 'user', source: 'me' } } } }),
  },
  {
    code: 'GW_PROFILE_DEVICE_ABSENT',
    what: 'an address at which this host has nothing',
    rows: ['eth0'],
    wrong: profileOf([port('eth0', pci('0000:07:00.0'))]),
    right: profileOf([port('eth0', pci('0000:02:00.0'))]),
    host,
  },
  {
    code: 'GW_PROFILE_PCI_SWAPPED',
    what: 'an address that is right on this host once it is turned round',
    rows: ['eth0'],
    wrong: profileOf([port('eth0', pci('0000:1c:00.0'))]),
    right: profileOf([port('eth0', pci('0000:02:00.0'))]),
    host,
  },
  {
    code: 'GW_PROFILE_IOMMU_SPLIT',
    what: 'members of a real group that are promised to different VMs',
    rows: ['SATA'],
    wrong: profileOf([port('SATA', pci('0000:00:1f.2')), port('SMBus', pci('0000:00:1f.3'))]),
    right: profileOf([port('a', pci('0000:00:02.0')), port('b', pci('0000:02:00.0'))]),
    host,
  },
  {
    code: 'GW_PROFILE_IOMMU_NEIGHBOUR',
    what: 'a member of a real group whose neighbours are not promised with it; a bridge is none',
    rows: ['SATA'],
    wrong: profileOf([port('SATA', pci('0000:00:1f.2'))]),
    right: profileOf([port('lan', pci('0000:01:00.0'))]),
    host,
  },
  {
    code: 'GW_PROFILE_IOMMU_OFF',
    what: 'PCI devices promised by a host without an IOMMU',
    rows: ['eth0'],
    wrong: profileOf([port('eth0', pci('0000:02:00.0'))]),
    right: profileOf([port('USB1', { kind: 'usb', address: { usbPort: '1-1' } })]),
    host: profileOf([], { iommu: { active: false, groups: [], evidence: SAID } }),
  },
];

/** Of what a probe could not see: no file has it, see probe-box.test.ts. */
const UNSEEN_CODE = 'GW_PROFILE_UNSEEN';

/** What reading a text finds, or is refused with. */
function codesOf(text: string): readonly string[] {
  try {
    return readProfile(text).findings.map(each => each.code);
  } catch (error) {
    return isGatewrightError(error) ? [error.code] : [String(error)];
  }
}

function plugged(usbPort: string) {
  return { port: usbPort, vendorId: '0403', productId: '6001', evidence: SAID };
}

describe('the lint of hardware profiles', () => {
  for (const { code, what, rows, wrong, right, host: on } of RULES)
    it(`finds ${what} [${code}]`, () => {
      const found = lintProfile(wrong, on).filter(each => each.code === code);
      assert.deepEqual(
        found.map(each => each.row),
        rows,
      );
      assert.ok(found.every(each => each.summary.endsWith('.') && each.remedy.endsWith('.')));
      const innocent = lintProfile(right, on).map(each => each.code as string);
      assert.ok(!innocent.includes(code), `${code} for what is right`);
    });

  for (const { code, what, wrong, right } of READING_RULES)
    it(`finds ${what} while it reads [${code}]`, () => {
      assert.ok(codesOf(wrong).includes(code), codesOf(wrong).join(', '));
      assert.ok(!codesOf(right).includes(code), `${code} for what is right`);
    });

  it('has a test both ways for every code there is', () => {
    const rules: readonly { readonly code: string }[] = [...RULES, ...READING_RULES, { code: UNSEEN_CODE }];
    assert.deepEqual([...new Set(rules.map(rule => rule.code))].sort(), Object.keys(HARDWARE_CODES).sort());
  });

  it('names all functions of the chipset that go together', () => {
    const [found] = lintProfile(profileOf([port('SATA', pci('0000:00:1f.2'))]), host);
    assert.match(found?.summary ?? '', /go 0000:00:1f\.0 and 0000:00:1f\.3 of the IOMMU group 9/);
  });
});
