// What a VM is given with a device, and who is in the way: each rule with a case that it finds and one that it lets be.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Claim, claimsOf } from '../../runtime/hardware/closure/claim.ts';
import { closureOf } from '../../runtime/hardware/closure/closure.ts';
import { drawnBox } from '../../runtime/hardware/closure/drawn-box.ts';
import type { ClaimFinding } from '../../runtime/hardware/closure/finding.ts';
import { Inventory } from '../../runtime/hardware/closure/inventory.ts';
import { proveClaims } from '../../runtime/hardware/closure/prove.ts';
import { nameIn, type Unit } from '../../runtime/hardware/closure/unit.ts';
import type { BoxProfile } from '../../runtime/hardware/profile.ts';
import { CLAIM_CODES } from '../../runtime/model/codes/claims.ts';
import { cabinet, given, kept } from './claims.ts';
import { port, profileOf, SAID } from './profiles.ts';

interface Case {
  readonly title: string;
  readonly claims: readonly Claim[];
  readonly elsewhere?: readonly Claim[];
  readonly box?: BoxProfile;
  /** Absent where nothing is wrong. */
  readonly code?: ClaimFinding['code'];
  readonly severity?: 'warning';
  /** Of the one finding. */
  readonly says?: RegExp;
  readonly remedy?: RegExp;
}

const noVtd = cabinet({ cpu: { vtd: false, evidence: SAID }, iommu: { active: false, groups: [], evidence: SAID } });
const vtdOff = cabinet({ cpu: { vtd: true, evidence: SAID }, iommu: { active: false, groups: [], evidence: SAID } });
const unknown = cabinet({ cpu: { evidence: SAID }, iommu: { groups: [], evidence: SAID } });

const CASES: readonly Case[] = [
  { title: 'gives a card that is alone in its group', claims: [given('robot-a', 'pci', '0000:02:00.0')] },
  {
    title: 'refuses a PCI device on a CPU without VT-d, and names the other way to the same thing',
    claims: [given('robot-a', 'pci', '0000:05:00.0')],
    box: noVtd,
    code: 'GW_CLAIM_IOMMU',
    says: /gives 0000:05:00\.0 \(USB controller\) to robot-a, and this CPU has no VT-d\./,
    remedy: /^Use USB redirection of 3-1: this CPU has no VT-d\.$/,
  },
  {
    title: 'tells to switch VT-d on where the CPU has it',
    claims: [given('robot-a', 'pci', '0000:02:00.0')],
    box: vtdOff,
    code: 'GW_CLAIM_IOMMU',
    remedy: /^Let the host keep enp2s0 as an uplink .*, or switch VT-d on in the firmware/,
  },
  {
    title: 'gives USB devices and serial ports without any IOMMU',
    claims: [given('robot-a', 'usb', '1-4.1'), given('robot-b', 'serial', '/dev/ttyS1')],
    box: noVtd,
  },
  {
    title: 'warns where nothing is known of the IOMMU',
    claims: [given('robot-a', 'pci', '0000:02:00.0')],
    box: unknown,
    code: 'GW_CLAIM_UNPROVEN',
    severity: 'warning',
  },
  {
    title: 'refuses a part of a group of the chipset, and names all of it',
    claims: [given('robot-a', 'pci', '0000:00:1f.3')],
    code: 'GW_CLAIM_GROUP',
    says: /IOMMU group 9 is 0000:00:1f\.0 \(ISA bridge\), .*0000:00:1f\.3 \(audio\) and 0000:00:1f\.4 \(SMBus\), .*names 0000:00:1f\.3\./,
    remedy: /^Leave it to the host, of whose chipset it is a part/,
  },
  {
    title: 'asks for the other function of a card, which the host can do without',
    claims: [given('robot-a', 'pci', '0000:03:00.0')],
    code: 'GW_CLAIM_GROUP',
    says: /names 0000:03:00\.0\./,
    remedy: /^Name all of them in robot-a-dev: 0000:03:00\.0 0000:03:00\.1\.$/,
  },
  {
    title: 'gives a whole group, and leaves bridges out of it',
    claims: [given('robot-a', 'pci', '0000:03:00.0', '0000:03:00.1')],
  },
  {
    title: 'refuses a bridge between buses',
    claims: [given('robot-a', 'pci', '0000:00:1c.0')],
    code: 'GW_CLAIM_BRIDGE',
    says: /gives 0000:00:1c\.0 \(PCI bridge\) to robot-a/,
  },
  {
    title: 'refuses half a group when another VM has the other half, whose name is told',
    claims: [given('robot-a', 'pci', '0000:03:00.0'), given('scada', 'pci', '0000:03:00.1')],
    code: 'GW_CLAIM_GROUP',
    says: /takes 0000:03:00\.1 \(network card\) along, which is in the same IOMMU group and which scada-dev uses, for scada\./,
  },
  {
    title: 'wants a group of one VM in one piece',
    claims: [
      given('robot-a', 'pci', '0000:03:00.0'),
      { ...given('robot-a', 'pci', '0000:03:00.1'), address: 'device.cell-7/rest' },
    ],
    code: 'GW_CLAIM_GROUP',
    remedy: /^Name everything of the group in one of them/,
  },
  {
    title: 'refuses two owners of one legacy interrupt',
    claims: [given('robot-a', 'serial', '/dev/ttyS0'), given('scada', 'serial', '/dev/ttyS2')],
    code: 'GW_CLAIM_IRQ',
    says: /^robot-a-dev has .*ttyS0 and scada-dev .*ttyS2, which share one interrupt and have two owners\.$/,
    remedy: /^Give it the serial port \/dev\/ttyS1 instead, which is free\.$/,
  },
  {
    title: 'refuses a port whose interrupt a line of the host needs',
    claims: [given('robot-a', 'serial', '/dev/ttyS2'), kept('line', 'meters', 'serial', '/dev/ttyS0')],
    code: 'GW_CLAIM_IRQ',
    says: /^robot-a-dev has .*ttyS2 and meters .*ttyS0, which share one interrupt/,
  },
  {
    title: 'lets one VM have both ports of an interrupt',
    claims: [
      given('robot-a', 'serial', '/dev/ttyS0'),
      { ...given('robot-a', 'serial', '/dev/ttyS2'), address: 'device.cell-7/other' },
    ],
  },
  {
    title: 'lets the host have both ports of an interrupt',
    claims: [kept('line', 'meters', 'serial', '/dev/ttyS0'), kept('line', 'drives', 'serial', '/dev/ttyS2')],
  },
  {
    title: 'refuses a USB controller with a device behind it that another VM has',
    claims: [given('robot-a', 'pci', '0000:05:00.0'), given('scada', 'usb', '3-1')],
    code: 'GW_CLAIM_CONTROLLER',
    says: /takes the USB device Camera at 3-1 along, which hangs on that USB controller and which scada-dev uses, for scada\./,
  },
  {
    title: 'finds a serial adapter behind a controller by its stable name',
    claims: [
      given('robot-a', 'pci', '0000:00:14.0'),
      kept('line', 'meters', 'serial', '/dev/serial/by-path/pci-0000:00:14.0-usb-0:4.1:1.0-port0'),
    ],
    box: cabinet({ ports: [] }),
    code: 'GW_CLAIM_CONTROLLER',
    says: /takes the serial adapter at USB 1-4\.1 along/,
    remedy: /^Use USB redirection of 1-2 or 1-4\.1 instead\.$/,
  },
  {
    title: 'warns of what else is behind a controller, such as the keyboard of the host',
    claims: [given('robot-a', 'pci', '0000:05:00.0')],
    code: 'GW_CLAIM_CONTROLLER',
    severity: 'warning',
    says: /gives the USB device Camera at 3-1 to robot-a too/,
  },
  {
    title: 'lets two VMs have two devices of one controller',
    claims: [given('robot-a', 'usb', '1-4.1'), given('scada', 'usb', '1-2')],
  },
  {
    title: 'never gives the card away through which the box is managed, and names a free one',
    claims: [given('robot-a', 'pci', '0000:01:00.0')],
    code: 'GW_CLAIM_MANAGEMENT',
    says: /takes mgmt \(eno1\) along, through which the box is managed|gives mgmt/,
    remedy: /^Give it lan-2 \(0000:02:00\.0\) instead, which is free\.$/,
  },
  {
    title: 'never gives away the controller that the disk of the host hangs on',
    claims: [given('robot-a', 'pci', '0000:06:00.0')],
    code: 'GW_CLAIM_BOOT_DISK',
    says: /takes the disk nvme0n1 along, which the host runs from/,
  },
  {
    title: 'refuses a card that is an uplink',
    claims: [given('robot-a', 'pci', '0000:02:00.0'), kept('uplink', 'plant', 'interface', 'enp2s0')],
    code: 'GW_CLAIM_UPLINK',
    says: /robot-a-dev and plant both use lan-2 \(enp2s0\)/,
  },
  {
    title: 'lets an uplink be another card',
    claims: [given('robot-a', 'pci', '0000:02:00.0'), kept('uplink', 'office', 'interface', 'eno1')],
  },
  {
    title: 'finds one adapter under two names',
    claims: [
      given('robot-a', 'serial', '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0'),
      given('scada', 'serial', '/dev/serial/by-path/pci-0000:00:14.0-usb-0:4.1:1.0-port0'),
    ],
    code: 'GW_CLAIM_TWICE',
    says: /robot-a-dev both use|scada-dev and robot-a-dev both use/,
  },
  {
    title: 'finds a line on the number of a port whose stable name a VM has',
    claims: [
      given('robot-a', 'serial', '/dev/serial/by-path/pci-0000:00:14.0-usb-0:4.1:1.2-port0'),
      kept('line', 'meters', 'serial', '/dev/ttyUSB0'),
    ],
    box: cabinet({
      serialPorts: [
        {
          ...{ device: '/dev/ttyUSB0', carrier: 'usb', usbPort: '1-4.1', evidence: SAID },
          stablePath: '/dev/serial/by-path/pci-0000:00:14.0-usb-0:4.1:1.2-port0',
        },
      ],
    }),
    code: 'GW_CLAIM_TWICE',
  },
  {
    title: 'never gives away the USB port of the stick that the host runs from',
    claims: [given('robot-a', 'usb', '1-2')],
    box: cabinet({ disks: [{ name: 'sda', boot: true, usbPort: '1-2', evidence: SAID }] }),
    code: 'GW_CLAIM_BOOT_DISK',
    says: /takes the disk sda along/,
  },
  {
    title: 'tells apart the ports of one adapter',
    claims: [
      given('robot-a', 'serial', '/dev/serial/by-path/pci-0000:00:14.0-usb-0:4.1:1.0-port0'),
      given('scada', 'serial', '/dev/serial/by-path/pci-0000:00:14.0-usb-0:4.1:1.1-port0'),
    ],
  },
  {
    title: 'offers to share what two want as a line',
    claims: [given('robot-a', 'serial', '/dev/ttyS1'), kept('line', 'meters', 'serial', '/dev/ttyS1')],
    box: cabinet({ serialPorts: [] }),
    code: 'GW_CLAIM_TWICE',
    remedy: /^Wire the VM to meters, which is shared/,
  },
  {
    title: 'finds a CAN interface by the card that carries it',
    claims: [given('robot-a', 'usb', '1-2'), kept('line', 'axis', 'interface', 'can0')],
    code: 'GW_CLAIM_TWICE',
    says: /both use can0/,
  },
  {
    title: 'refuses what another design of the host has, by the name of its gateway',
    claims: [given('robot-a', 'serial', '/dev/ttyS1')],
    elsewhere: [{ ...given('press', 'serial', '/dev/ttyS1'), address: 'device.cell-9/press-com', label: 'press-com' }],
    code: 'GW_CLAIM_ELSEWHERE',
    says: /both use .*ttyS1.*, for press|press-com of cell-9/,
  },
  {
    title: 'refuses what another design takes along with its controller',
    claims: [given('robot-a', 'usb', '3-1')],
    elsewhere: [{ ...given('press', 'pci', '0000:05:00.0'), address: 'device.cell-9/cards', label: 'cards' }],
    code: 'GW_CLAIM_ELSEWHERE',
    says: /cards of cell-9 takes the USB device Camera at 3-1 along/,
    remedy: /^Release it in the design of cell-9/,
  },
  {
    title: 'refuses a line on what another design has as one',
    claims: [kept('line', 'meters', 'serial', '/dev/ttyS1')],
    elsewhere: [{ ...kept('line', 'drives', 'serial', '/dev/ttyS1'), address: 'line.cell-9/drives' }],
    code: 'GW_CLAIM_ELSEWHERE',
    says: /^meters and drives of cell-9 both use the serial port \/dev\/ttyS1\.$/,
    remedy: /^Use the serial port \/dev\/ttyS0 instead, which is free\.$/,
  },
  {
    title: 'lets another design have another device',
    claims: [given('robot-a', 'serial', '/dev/ttyS1')],
    elsewhere: [{ ...given('press', 'usb', '3-1'), address: 'device.cell-9/camera' }],
  },
  {
    title: 'refuses an address at which the box has nothing',
    claims: [given('robot-a', 'pci', '0000:0f:00.0')],
    code: 'GW_CLAIM_ABSENT',
    says: /0000:0f:00\.0, where the box has no device/,
  },
];

describe('the proof of claims', () => {
  for (const { title, claims, elsewhere, box = cabinet(), code, severity = 'error', says, remedy } of CASES)
    it(title, () => {
      const found = proveClaims({ box, claims, ...(elsewhere === undefined ? {} : { elsewhere }) }).filter(
        each => code === undefined || each.severity === severity,
      );
      assert.deepEqual(
        found.map(each => each.code),
        code === undefined ? [] : [code],
        JSON.stringify(found, null, 2),
      );
      if (says !== undefined) assert.match(found[0]?.summary ?? '', says);
      if (remedy !== undefined) assert.match(found[0]?.remedy ?? '', remedy);
    });

  it('has a case for each of its codes', () => {
    const proven = new Set(CASES.flatMap(each => each.code ?? []));
    // Of the record, the agent tells.
    assert.deepEqual(
      Object.keys(CLAIM_CODES).filter(code => !proven.has(code as never)),
      ['GW_CLAIM_RECORD'],
    );
  });

  it('takes the card that the drawing calls management for one', () => {
    const box = drawnBox(cabinet(), [{ label: 'service', device: 'enp2s0', role: 'management' }]);
    const [found] = proveClaims({ box, claims: [given('robot-a', 'pci', '0000:02:00.0')] });
    assert.equal(found?.code, 'GW_CLAIM_MANAGEMENT');
  });

  it('names sockets as they are labelled', () => {
    const box = cabinet({ ports: [port('CAN A', { kind: 'can', address: { usbPort: '1:2' } })] });
    const [found] = proveClaims({ box, claims: [given('robot-a', 'usb', '1-2'), given('scada', 'usb', '1-2')] });
    assert.match(found?.summary ?? '', /both use CAN A \(1-2\)/);
  });
});

describe('the claims of a design', () => {
  it('are its devices, lines and uplinks; a line to the network is none', () => {
    const source = { node: 'n', label: 'name' };
    const resource = (kind: string, name: string, spec: object) =>
      ({ address: `${kind}.cell-7/${name}`, kind, spec, source }) as never;
    const claims = claimsOf([
      resource('vm', 'robot-a', {}),
      resource('uplink', 'plant', { device: 'enp2s0', role: 'plant' }),
      resource('line', 'net', { device: 'tcp://10.0.0.9:502', ports: [] }),
      resource('line', 'axis', { device: 'can0', ports: [] }),
      resource('line', 'meters', { device: '/dev/ttyUSB0', ports: [] }),
      resource('device', 'camera', { vm: 'vm.cell-7/robot-a', attach: { by: 'usb', port: '1-2' } }),
    ]);
    assert.deepEqual(
      claims.map(({ address, owner, held }) => [address, owner, held]),
      [
        ['device.cell-7/camera', 'vm.cell-7/robot-a', { by: 'usb', port: '1-2' }],
        ['line.cell-7/axis', 'host', { by: 'interface', name: 'can0' }],
        ['line.cell-7/meters', 'host', { by: 'serial', path: '/dev/ttyUSB0' }],
        ['uplink.cell-7/plant', 'host', { by: 'interface', name: 'enp2s0' }],
      ],
    );
  });
});

const FUNCTIONS = cabinet().pciDevices.map(each => each.address);
const claim = fc.oneof(
  fc.tuple(fc.constant('pci' as const), fc.uniqueArray(fc.constantFrom(...FUNCTIONS), { minLength: 1, maxLength: 3 })),
  fc.tuple(
    fc.constant('usb' as const),
    fc.constantFrom('1-2', '1-4', '1-4.1', '3-1').map(each => [each]),
  ),
  fc.tuple(
    fc.constant('serial' as const),
    fc.constantFrom('/dev/ttyS0', '/dev/ttyS1', '/dev/ttyS2').map(each => [each]),
  ),
);
const drawn = fc
  .array(fc.tuple(claim, fc.constantFrom('robot-a', 'robot-b', 'scada')), { maxLength: 6 })
  .map(rows =>
    rows.map(([[by, what], vm], index) => ({ ...given(vm, by, ...what), address: `device.cell-7/d${index}` }) as Claim),
  );
const unit = fc.constantFrom<Unit>(
  ...FUNCTIONS.map(each => `pci ${each}` as Unit),
  ...(['usb 1-2', 'usb 1-4', 'serial /dev/ttyS0', 'serial /dev/ttyS2', 'interface can0', 'disk nvme0n1'] as const),
);

/** What a remedy offers in place of a device. */
function offerIn(remedy: string): Claim['held'] | undefined {
  const [path] = /\/dev\/ttyS\d/.exec(remedy) ?? [];
  const functions = remedy.match(/\b0000:[0-9a-f]{2}:[0-9a-f]{2}\.\d\b/g) ?? [];
  if (!/^(Give it|Name all)/.test(remedy)) return undefined;
  return path === undefined ? { by: 'pci', functions: [...functions] } : { by: 'serial', path };
}

const units = fc.uniqueArray(unit, { maxLength: 5 });
const reversed = (box: BoxProfile): BoxProfile =>
  JSON.parse(JSON.stringify(box), (_key, value) => (Array.isArray(value) ? value.toReversed() : value));

describe('the closure', () => {
  const inventory = new Inventory(cabinet());
  const closed = (from: readonly Unit[]) => new Set(closureOf(from, inventory).keys());

  it('holds what it is made of, and takes nothing further of what it holds', () => {
    fc.assert(
      fc.property(units, from => {
        const once = closed(from);
        assert.ok(from.every(each => once.has(each)));
        assert.deepEqual(closed([...once]), once);
      }),
      { numRuns: 200 },
    );
  });

  it('never takes less along for more', () => {
    fc.assert(
      fc.property(units, units, (few, more) => {
        const all = closed([...few, ...more]);
        assert.deepEqual([...closed(few)].filter(each => !all.has(each)).map(nameIn), []);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what is proven', () => {
  const refused = (claims: readonly Claim[], elsewhere: readonly Claim[] = []) =>
    new Set(
      proveClaims({ box: cabinet(), claims, elsewhere })
        .filter(each => each.severity === 'error')
        .map(each => each.address),
    );

  it('does not depend on the order of claims and of the rows of the box', () => {
    fc.assert(
      fc.property(drawn, claims => {
        const found = proveClaims({ box: cabinet(), claims });
        assert.deepEqual(proveClaims({ box: reversed(cabinet()), claims: claims.toReversed() }), found);
      }),
      { numRuns: 100 },
    );
  });

  it('stays refused whatever another design claims', () => {
    fc.assert(
      fc.property(drawn, drawn, (claims, others) => {
        const elsewhere = others.map((each, index) => ({ ...each, address: `device.cell-9/d${index}` }) as Claim);
        const before = refused(claims);
        const after = refused(claims, elsewhere);
        assert.deepEqual(
          [...before].filter(each => !after.has(each)),
          [],
        );
      }),
      { numRuns: 100 },
    );
  });

  it('offers only what is legal: a device that is free, or the whole of a group', () => {
    let offered = 0;
    fc.assert(
      fc.property(drawn, claims => {
        const found = proveClaims({ box: cabinet(), claims });
        for (const { address, remedy } of found) {
          const held = offerIn(remedy);
          // What has several faults needs several remedies.
          const faults = found.filter(each => each.address === address || each.related.includes(address));
          if (held === undefined || faults.length > 1) continue;
          offered += 1;
          const others = claims.map(each => (each.address === address ? { ...each, held } : each));
          const still = proveClaims({ box: cabinet(), claims: others }).filter(each => each.severity === 'error');
          assert.deepEqual(
            still.filter(each => each.address === address || each.related.includes(address)),
            [],
            `${remedy} of ${JSON.stringify(claims.map(each => each.held))}`,
          );
        }
      }),
      { numRuns: 200 },
    );
    assert.ok(offered > 20, `${offered} were offered`);
  });

  it('is said of any box, however its profile is broken', () => {
    const text = JSON.stringify(
      cabinet({ ports: [port('com1', { address: { device: '/dev/ttyS0', pciAddress: 'no address' } })] }),
    );
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom(...FUNCTIONS, '', '1-4', '1-4.1', '/dev/ttyS0', 'x'.repeat(64)),
        drawn,
        (at, value, claims) => {
          const strings = [...text.matchAll(/:"[^"]*"/g)];
          const { index, 0: old } = strings[at % strings.length] as RegExpExecArray;
          const box = JSON.parse(`${text.slice(0, index)}:${JSON.stringify(value)}${text.slice(index + old.length)}`);
          assert.ok(proveClaims({ box, claims }).every(each => each.summary !== '' && each.remedy !== ''));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('knows of an empty box only what is claimed twice', () => {
    const found = proveClaims({
      box: profileOf([]),
      claims: [given('robot-a', 'usb', '1-2'), given('scada', 'usb', '1-2')],
    });
    assert.deepEqual(
      found.map(each => each.code),
      ['GW_CLAIM_TWICE'],
    );
  });
});
