// What libvirt and lspci say of a host, as a profile.
import assert from 'node:assert/strict';
import { BoxProfile } from '../../runtime/hardware/profile.ts';
import { readProfile } from '../../runtime/hardware/read-profile.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';

/** The code that reading a text ends with. */
function refusal(text: string): string {
  try {
    readProfile(text);
  } catch (error) {
    return isGatewrightError(error) ? error.code : String(error);
  }
  return 'read';
}

const E1000E = `<device>
  <name>pci_0000_00_02_0</name>
  <path>/sys/devices/pci0000:00/0000:00:02.0</path>
  <parent>computer</parent>
  <driver>
    <name>e1000e</name>
  </driver>
  <capability type='pci'>
    <class>0x020000</class>
    <domain>0</domain>
    <bus>0</bus>
    <slot>2</slot>
    <function>0</function>
    <product id='0x10d3'>82574L Gigabit Network Connection</product>
    <vendor id='0x8086'>Intel Corporation</vendor>
    <capability type='virt_functions' maxCount='7'/>
    <iommuGroup number='1'>
      <address domain='0x0000' bus='0x00' slot='0x02' function='0x0'/>
      <address domain='0x0000' bus='0x00' slot='0x1f' function='0x2'/>
    </iommuGroup>
  </capability>
</device>
`;
const INTERFACE = `<device>
  <name>net_enp0s2_52_54_00_12_34_56</name>
  <path>/sys/devices/pci0000:00/0000:00:02.0/net/enp0s2</path>
  <parent>pci_0000_00_02_0</parent>
  <capability type='net'>
    <interface>enp0s2</interface>
    <address>52:54:00:12:34:56</address>
    <link speed='1000' state='up'/>
    <capability type='80203'/>
  </capability>
</device>
`;
const STICK = `<device>
  <name>usb_1_4_1</name>
  <path>/sys/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4.1</path>
  <parent>usb_1_4</parent>
  <capability type='usb_device'>
    <bus>1</bus>
    <device>5</device>
    <product id='0x6001'>FT232 &amp; friends</product>
    <vendor id='0x0403'>FTDI</vendor>
  </capability>
</device>
`;
const CAPABILITIES = `<capabilities>
  <host>
    <cpu>
      <arch>x86_64</arch>
      <model>Skylake-Client-IBRS</model>
      <topology sockets='1' dies='1' cores='4' threads='2'/>
    </cpu>
    <iommu support='no'/>
    <topology>
      <cells num='1'>
        <cell id='0'>
          <memory unit='KiB'>8388608</memory>
        </cell>
      </cells>
    </topology>
  </host>
</capabilities>
`;
const LSPCI = `Slot:\t00:1f.2
Class:\tSATA controller [0106]
Vendor:\tIntel Corporation [8086]
Device:\t82801IR/IO/IH (ICH9R/DO/DH) 6 port SATA Controller [AHCI mode] [2922]
Rev:\t02
ProgIf:\t01
Driver:\tahci
Module:\tahci
IOMMUGroup:\t9

Slot:\t0000:01:00.0
Class:\tEthernet controller [0200]
Vendor:\tIntel Corporation [8086]
Device:\tDevice [1533]
Driver:\tigb
`;

describe('what libvirt says of a host', () => {
  it('is read from many devices in a row: PCI, the interface on it, and USB by its port', () => {
    const { form, profile } = readProfile(E1000E + INTERFACE + STICK);
    assert.equal(form, 'libvirt');
    assert.deepEqual(BoxProfile.parse(profile), profile);
    const { evidence, ...nic } = profile.nics[0] ?? {};
    assert.deepEqual(evidence, { '*': { confidence: 'probed', source: 'libvirt' } });
    assert.deepEqual(nic, {
      interface: 'enp0s2',
      mac: '52:54:00:12:34:56',
      pciAddress: '0000:00:02.0',
      driver: 'e1000e',
      speedMbps: 1000,
      sriovFunctions: 7,
      iommuGroup: 1,
    });
    // The neighbour is named by the device, and was not asked about itself.
    assert.deepEqual(profile.iommu.groups, [{ group: 1, devices: ['0000:00:02.0', '0000:00:1f.2'] }]);
    const [stick] = profile.usb.devices;
    assert.deepEqual([stick?.port, stick?.vendorId, stick?.product], ['1-4.1', '0403', 'FT232 & friends']);
  });

  it('is read from one device, from devices in one element, and from capabilities', () => {
    assert.equal(readProfile(E1000E).profile.pciDevices.length, 1);
    assert.equal(readProfile(`<devices>${E1000E}${INTERFACE}</devices>`).profile.nics[0]?.interface, 'enp0s2');
    const { profile } = readProfile(`<?xml version="1.0"?>\n${CAPABILITIES}`);
    assert.deepEqual([profile.cpu.cores, profile.cpu.threads, profile.memory.totalMiB], [4, 8, 8192]);
    assert.equal(profile.iommu.active, false, 'libvirt says that there is none');
  });

  it('is refused when it is not whole, declares entities, or is about something else', () => {
    const bomb = '<!DOCTYPE device [<!ENTITY a "aaaa">]>\n<device><name>&a;</name></device>';
    assert.equal(refusal(`<?xml version="1.0"?>${bomb}`), 'GW_PROFILE_FORM');
    assert.equal(refusal(E1000E.slice(0, 200)), 'GW_PROFILE_FORM');
    assert.equal(refusal('<domain><name>a</name></domain>'), 'GW_PROFILE_FORM');
    assert.equal(refusal('<devices/>'), 'GW_PROFILE_FORM');
  });
});

describe('what lspci prints', () => {
  it('is read with classes, names, drivers and groups', () => {
    const { form, profile, findings } = readProfile(LSPCI);
    assert.deepEqual([form, findings], ['lspci', []]);
    assert.deepEqual(BoxProfile.parse(profile), profile);
    const [sata, ethernet] = profile.pciDevices;
    assert.deepEqual([sata?.address, sata?.classCode, sata?.deviceId], ['0000:00:1f.2', '010601', '2922']);
    assert.deepEqual([ethernet?.vendor, ethernet?.device, ethernet?.driver], ['Intel Corporation', undefined, 'igb']);
    assert.deepEqual([profile.nics.length, profile.nics[0]?.pciAddress], [1, '0000:01:00.0']);
    assert.deepEqual(profile.iommu.groups, [{ group: 9, devices: ['0000:00:1f.2'] }]);
  });

  it('takes listings of IOMMU groups in every usual form, beside it or alone', () => {
    const headings = 'IOMMU Group 3:\n\t00:1f.0 ISA bridge [0601]: Intel\n\t00:1f.3 SMBus [0c05]: Intel\n';
    const lines = 'IOMMU Group 3 00:1f.0 ISA bridge [0601]\nIOMMU Group 3 00:1f.3 SMBus [0c05]\n';
    const paths = ['0000:00:1f.0', '0000:00:1f.3'].map(each => `/sys/kernel/iommu_groups/3/devices/${each}\n`).join('');
    for (const listing of [headings, lines, paths])
      assert.deepEqual(
        readProfile(listing).profile.iommu.groups,
        [{ group: 3, devices: ['0000:00:1f.0', '0000:00:1f.3'] }],
        listing,
      );
    const both = readProfile(`${LSPCI}\nIOMMU Group 10 01:00.0 Ethernet\n`).profile;
    assert.deepEqual([both.nics[0]?.iommuGroup, both.pciDevices[1]?.driver], [10, 'igb']);
  });

  it('says nothing of an IOMMU that it was not asked about, and tells lines that are no devices', () => {
    const { profile, findings } = readProfile('Slot:\tzz:00.0\nClass:\tX [0200]\n\nSlot:\t02:00.0\nClass:\tY [0300]\n');
    assert.deepEqual([profile.iommu.active, profile.pciDevices.length], [undefined, 1]);
    assert.deepEqual(
      findings.map(each => [each.code, each.row]),
      [['GW_PROFILE_ROW_SKIPPED', 'zz:00.0']],
    );
  });
});

describe('a file of no known form', () => {
  it('is refused with what is wrong about it', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['', 'GW_PROFILE_FORM'],
      ['hello', 'GW_PROFILE_FORM'],
      ['{', 'GW_PROFILE_FORM'],
      ['[]', 'GW_PROFILE_FORM'],
      ['{"profile": {"schema": "x"}}', 'GW_PROFILE_SHAPE'],
      ['{"schema": "gatewright-hardware-profile", "version": 2}', 'GW_PROFILE_SHAPE'],
      ['x'.repeat(4 * 1024 * 1024 + 1), 'GW_PROFILE_TOO_LARGE'],
    ];
    assert.deepEqual(
      cases.map(([text]) => refusal(text)),
      cases.map(([, code]) => code),
    );
  });
});
