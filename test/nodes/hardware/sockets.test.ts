// What a hardware node makes of a profile: sockets with names for drawings, rows, and which old rows go on as new ones.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { boundProfile } from '../../../nodes/hardware/bind.ts';
import { HardwareConfig } from '../../../nodes/hardware/config.ts';
import { hardware } from '../../../nodes/hardware/hardware.ts';
import { modelOf } from '../../../nodes/hardware/model.ts';
import { type ConnectorRow, keptRows, MOST_ROWS, rowsOf } from '../../../nodes/hardware/rows.ts';
import { portNamed, socketsOf } from '../../../nodes/hardware/sockets.ts';
import { BUILT_INS } from '../../../runtime/hardware/built-in/catalog.ts';
import { emptyProfile, PortKind } from '../../../runtime/hardware/profile.ts';
import { Name } from '../../../runtime/model/address.ts';
import { port, profileOf } from '../../hardware/profiles.ts';

const row = (label: string, kind: ConnectorRow['kind'] = 'ethernet'): ConnectorRow => ({
  ...{ label, kind, device: '', role: 'plant', mac: '' },
});
const namesOf = (...labels: readonly string[]) =>
  socketsOf(profileOf(labels.map(label => port(label)))).map(({ name }) => name);

describe('the sockets of a box', () => {
  it('are named as they are printed, in letters that a drawing takes', () => {
    assert.deepEqual(namesOf('LAN 1', 'X1/P2', '  COM-3 ', 'usb 0000:00:15.0'), [
      ...['lan-1', 'x1-p2', 'com-3', 'usb-0000-00-15-0'],
    ]);
  });

  it('never have one name twice, and always one that a drawing takes', () => {
    assert.deepEqual(namesOf('eth0', 'ETH0', 'eth0', '###', 'constructor'), [
      ...['eth0', 'eth0-2', 'eth0-3', 'socket', 'socket-2'],
    ]);
    const labels = fc.array(fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme-ascii' }), { maxLength: 20 });
    fc.assert(
      fc.property(labels, all => {
        const names = namesOf(...all);
        for (const name of names) Name.parse(name);
        assert.equal(new Set(names).size, names.length);
      }),
      { numRuns: 200 },
    );
  });

  it('are found again by the name that somebody gave them', () => {
    const profile = profileOf([port('eth0', { name: 'lan-1' }), port('eth1')]);
    assert.equal(portNamed(profile, 'lan-1')?.label, 'eth0');
    assert.equal(portNamed(profile, 'eth0'), undefined);
  });

  it('tell the device and the address of a card, and no device that a drawing would refuse', () => {
    const nics = [{ interface: 'enp3s0', mac: '52:54:00:12:34:56', evidence: {} }];
    const ports = [
      port('lan-1', { address: { interface: 'enp3s0' } }),
      port('lan-2', { address: { interface: 'no such/name' } }),
      port('com1', { kind: 'serial', address: { device: '/dev/ttyS0' } }),
      port('com2', { kind: 'serial', address: { device: 'COM2' } }),
    ];
    assert.deepEqual(
      socketsOf(profileOf(ports, { nics })).map(({ device, mac }) => [device, mac]),
      [
        ['enp3s0', '52:54:00:12:34:56'],
        ['', ''],
        ['/dev/ttyS0', ''],
        ['', ''],
      ],
    );
  });

  it('have the TPM of the box beside them, once, and where it is', () => {
    const tpm = { present: true, device: '/dev/tpm0', evidence: {} };
    const profile = profileOf([port('eth0')], { tpm });
    assert.deepEqual(
      socketsOf(profile).map(({ name, connector, device }) => [name, connector, device]),
      [
        ['eth0', 'ethernet', 'eth0'],
        ['tpm0', 'tpm', '/dev/tpm0'],
      ],
    );
    const bound = boundProfile(profile, new Map([['tpm0', 'trust']]));
    assert.deepEqual(
      socketsOf(bound).map(({ name }) => name),
      ['eth0', 'trust'],
    );
    const outputs = hardware.outputs(
      HardwareConfig.parse({
        ...hardware.defaults,
        name: 'box',
        gateway: 'g',
        interfaces: rowsOf(socketsOf(bound)).slice(1),
      }),
    );
    assert.deepEqual(outputs, [{ name: 'trust', kind: 'tpm' }]);
    assert.equal(socketsOf(profileOf([port('eth0')], { tpm: { present: false, evidence: {} } })).length, 1);
  });

  it('become rows that the node takes, whatever the box', () => {
    for (const kind of PortKind.options) {
      const rows = rowsOf(socketsOf(profileOf([port('a', { kind }), port('b', { kind, address: {} })])));
      const named = rows.map(each =>
        each.kind === 'ethernet' && each.device === '' ? { ...each, device: 'eth0' } : each,
      );
      const node = { ...hardware.defaults, name: 'box', gateway: 'g', interfaces: named };
      assert.equal(HardwareConfig.safeParse(node).error, undefined, kind);
    }
    const many = Array.from({ length: MOST_ROWS + 1 }, (_, index) => port(`eth${index}`));
    assert.equal(rowsOf(socketsOf(profileOf(many))).length, MOST_ROWS);
  });

  it('leave management to the socket that is known for it, or else to the first one', () => {
    const roles = (...ports: readonly ReturnType<typeof port>[]) =>
      rowsOf(socketsOf(profileOf(ports))).map(({ role }) => role);
    assert.deepEqual(roles(port('a'), port('b', { management: true })), ['plant', 'management']);
    assert.deepEqual(roles(port('com1', { kind: 'serial' }), port('a'), port('b')), ['plant', 'management', 'plant']);
  });
});

describe('the model of a box', () => {
  it('says nothing of what its profile does not know', () => {
    assert.deepEqual(modelOf(emptyProfile()), { title: '', sockets: [], abilities: {}, sources: [] });
  });

  it('has the name it is sold under, or else the one the firmware tells', () => {
    const title = (identity: object) => modelOf({ ...emptyProfile(), identity: { ...identity, evidence: {} } }).title;
    assert.equal(title({ vendor: 'Dell', model: 'Edge 3001', productName: 'X' }), 'Dell Edge 3001');
    assert.equal(title({ systemVendor: 'ACME', productName: 'CP100' }), 'ACME CP100');
  });

  it('is small enough for the form of every model that comes along', () => {
    const text = JSON.stringify(BUILT_INS.map(({ profile }) => modelOf(profile)));
    assert.ok(text.length < 64 * 1024, `${text.length} characters`);
  });
});

describe('rows of another box', () => {
  it('go on with the wires of the row with their label, or else of the next one of their kind', () => {
    const before = [row('lan-1'), row('com1', 'serial'), row('lan-2')];
    const now = [row('lan-2'), row('eth7'), row('com1', 'serial')];
    assert.deepEqual([...keptRows(before, now)].sort(), [
      [0, 1],
      [1, 2],
      [2, 0],
    ]);
  });

  it('never get the wires of another kind of connector, nor those of two rows', () => {
    assert.deepEqual([...keptRows([row('com1', 'serial')], [row('com1', 'can')])], []);
    assert.deepEqual([...keptRows([row('a'), row('b')], [row('c')])], [[0, 0]]);
  });
});

describe('the profile in a hardware node', () => {
  const node = { ...hardware.defaults, name: 'box', gateway: 'g' };

  it('may be missing, as in older drawings', () => {
    assert.equal(HardwareConfig.parse({ ...node, profile: undefined }).profile, null);
  });

  it('is refused when it is none, or larger than a drawing should carry', () => {
    const faults = (profile: unknown) =>
      HardwareConfig.safeParse({ ...node, profile }).error?.issues.map(({ message }) => message) ?? [];
    assert.deepEqual(faults(emptyProfile()), []);
    assert.notDeepEqual(faults({ ...emptyProfile(), more: 1 }), []);
    const source = 'x'.repeat(300);
    const evidence = Object.fromEntries([...'abcdefghij'].map(key => [key, { confidence: 'user', source }]));
    const gpio = Array.from({ length: 400 }, () => ({ chip: 'c', evidence }));
    assert.match(faults({ ...emptyProfile(), gpio }).join(), /more than 1048576 characters/);
  });
});
