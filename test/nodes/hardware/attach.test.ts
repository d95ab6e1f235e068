// Where a connector is on the buses of the box, for a VM that shall own it; and a drawing that relies on it.
import assert from 'node:assert/strict';
import { attachOf } from '../../../nodes/hardware/attach.ts';
import { boundProfile } from '../../../nodes/hardware/bind.ts';
import { rowsOf } from '../../../nodes/hardware/rows.ts';
import { socketsOf } from '../../../nodes/hardware/sockets.ts';
import { box, compileSound, config, draw, specOf, tab, vm } from '../../compile/sketch.ts';
import { port, profileOf, SAID } from '../../hardware/profiles.ts';

const PATH = '/dev/serial/by-path/pci-0000:00:14.0-usb-0:4:1.0-port0';
const BOX = profileOf(
  [
    port('enp2s0', { address: { interface: 'enp2s0', pciAddress: '0000:02:00.0' } }),
    port('com1', { kind: 'serial', address: { device: PATH, usbPort: '1-4' } }),
    port('com2', { kind: 'serial', address: { device: '/dev/ttyUSB1', usbPort: '1-5' } }),
    port('can0', { kind: 'can', address: { interface: 'can0' } }),
    port('X7', { kind: 'usb', address: { usbPort: '1:2.1' } }),
    port('X8', { kind: 'usb', address: { pciAddress: '0000:00:14.0' } }),
    port('wlp3s0', { kind: 'wifi', address: { interface: 'wlp3s0', pciAddress: '0000:03:00.0' } }),
    port('gpio', { kind: 'gpio', address: {} }),
  ],
  {
    nics: [{ interface: 'enp9s0', pciAddress: '0000:09:00.0', evidence: SAID }],
    canPorts: [{ interface: 'can0', carrier: 'usb', usbPort: '1-6', evidence: SAID }],
    serialPorts: [{ device: '/dev/ttyS4', carrier: 'pci', pciAddress: '0000:05:00.0', evidence: SAID }],
    usb: {
      controllers: [],
      devices: [
        { port: '1-7', evidence: SAID },
        { port: '1-1', hub: true, evidence: SAID },
        { port: '1-4', evidence: SAID },
      ],
    },
  },
);
const at = (label: string, device = '') => attachOf({ label, device }, BOX);

describe('the place of a connector', () => {
  it('is the device that carries it', () => {
    assert.deepEqual(at('enp2s0', 'enp2s0'), { by: 'pci', functions: ['0000:02:00.0'] });
    assert.deepEqual(at('can0', 'can0'), { by: 'usb', port: '1-6' });
    assert.deepEqual(at('wlp3s0'), { by: 'pci', functions: ['0000:03:00.0'] });
    assert.deepEqual(at('x7'), { by: 'usb', port: '1-2.1' });
  });

  it('is a serial port by a name that stays, or else the USB port of its adapter', () => {
    assert.deepEqual(at('com1'), { by: 'serial', path: PATH });
    assert.deepEqual(at('com2', '/dev/ttyUSB1'), { by: 'usb', port: '1-5' });
  });

  it('is that of the device somebody wrote, whatever the profile says of the label', () => {
    assert.deepEqual(at('enp2s0', 'enp9s0'), { by: 'pci', functions: ['0000:09:00.0'] });
    assert.deepEqual(at('com1', '/dev/ttyS4'), { by: 'serial', path: '/dev/ttyS4' });
    assert.deepEqual(at('x7', '2-3'), { by: 'usb', port: '2-3' });
    assert.equal(at('enp2s0', 'eth5'), undefined);
  });

  it('is never a whole controller for one of its USB sockets', () => assert.equal(at('x8'), undefined));

  it('is open for what the profile does not know', () => {
    assert.equal(at('gpio'), undefined);
    assert.equal(at('nothing'), undefined);
  });
});

describe('connectors that only a VM can have', () => {
  it('are sockets too: USB devices wherever they are plugged in, and PCI devices without a socket', () => {
    const rows = rowsOf(socketsOf(BOX)).map(({ label, kind, device }) => [label, kind, device]);
    assert.deepEqual(rows, [
      ['enp2s0', 'ethernet', 'enp2s0'],
      ['com1', 'serial', PATH],
      ['com2', 'serial', '/dev/ttyUSB1'],
      ['can0', 'can', 'can0'],
      ['x7', 'usb', '1-2.1'],
      ['x8', 'usb', ''],
      ['wlp3s0', 'pci', '0000:03:00.0'],
      ['usb-1-7', 'usb', '1-7'],
    ]);
  });

  it('keep their place under the name that a drawing gave them', () => {
    const bound = boundProfile(BOX, new Map([['usb-1-7', 'scanner']]));
    assert.deepEqual(attachOf({ label: 'scanner', device: '' }, bound), { by: 'usb', port: '1-7' });
  });

  it('go to a VM by a bus that is wired to them, as the profile in the node says', () => {
    const site = [tab, ...box('g1'), config('tenant', 't1'), vm('robot', 'g1', 't1', [], { nics: [] })];
    const profile = profileOf(BOX.ports, { iommu: { active: true, groups: [], evidence: SAID } });
    const interfaces = [
      { label: 'lan-1', kind: 'ethernet', device: 'enp1s0', role: 'management', mac: '' },
      { label: 'x7', kind: 'usb', device: '' },
    ];
    const wired = draw('hardware', 'g1-box', { version: 2, gateway: 'g1', model: 'imported', profile, interfaces }, [
      [],
      ['scanner'],
    ]);
    const bus = draw('bus', 'scanner', { version: 2, gateway: 'g1', mode: 'passthrough', device: '' }, [['robot']]);
    const design = compileSound([...site.filter(({ id }) => id !== 'g1-box'), wired, bus]);
    const { attach, label } = specOf(design, 'device', 'g1/scanner');
    assert.deepEqual([label, attach], ['x7', { by: 'usb', port: '1-2.1' }]);
  });
});
