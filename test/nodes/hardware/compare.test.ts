// A drawn box against a real one, and its profile with the names of the drawing.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { boundProfile } from '../../../nodes/hardware/bind.ts';
import { compareBox } from '../../../nodes/hardware/compare.ts';
import { modelOf } from '../../../nodes/hardware/model.ts';
import { plainProfile } from '../../../nodes/hardware/plain-profile.ts';
import type { ConnectorRow } from '../../../nodes/hardware/rows.ts';
import { portNamed, socketsOf } from '../../../nodes/hardware/sockets.ts';
import { lintProfile } from '../../../runtime/hardware/lint.ts';
import { BoxProfile } from '../../../runtime/hardware/profile.ts';
import { port, profileOf, SAID } from '../../hardware/profiles.ts';

const MAC = ['52:54:00:00:00:01', '52:54:00:00:00:02'] as const;
const NICS = MAC.map((mac, index) => ({ interface: `enp${index + 1}s0`, mac, evidence: SAID }));
const serial = (name: string) => port(name, { kind: 'serial', address: { device: `/dev/${name}` } });
const BOX = profileOf([port('enp1s0'), port('enp2s0'), serial('ttyS0'), serial('ttyS1')], { nics: NICS });

const row = (label: string, fields: Partial<ConnectorRow> = {}): ConnectorRow => ({
  ...{ label, kind: 'ethernet', device: '', role: 'plant', mac: '', ...fields },
});
const NOTHING = { abilities: {} };
const fits = (...rows: readonly ConnectorRow[]) =>
  compareBox(rows, NOTHING, modelOf(BOX)).rows.map(({ fit, found, guessed }) => [fit, found?.label, guessed]);

describe('a drawn box against a real one', () => {
  it('finds a connector by its device', () =>
    assert.deepEqual(fits(row('lan', { device: 'enp2s0' })), [['same', 'enp2s0', false]]));

  it('finds a card by its address when the device has another name', () =>
    assert.deepEqual(fits(row('lan', { device: 'eth1', mac: MAC[1] })), [['renamed', 'enp2s0', false]]));

  it('tells a card that was changed for another one', () =>
    assert.deepEqual(fits(row('lan', { device: 'enp1s0', mac: '52:54:00:00:00:99' })), [['card', 'enp1s0', false]]));

  it('guesses by order what is left, and says so', () =>
    assert.deepEqual(
      fits(row('a'), row('b', { device: 'enp1s0' }), row('com1', { kind: 'serial', device: '/dev/ttyS7' })),
      [
        ['open', 'enp2s0', true],
        ['same', 'enp1s0', false],
        ['missing', 'ttyS0', true],
      ],
    ));

  it('goes by the label before it guesses', () =>
    assert.deepEqual(fits(row('ttys1', { kind: 'serial' })), [['open', 'ttyS1', false]]));

  it('finds nothing for a connector of a kind that the box has no more of', () => {
    assert.deepEqual(fits(row('can0', { kind: 'can', device: 'can0' })), [['missing', undefined, false]]);
    const three = ['com1', 'com2', 'com3'].map(label => row(label, { kind: 'serial' }));
    assert.deepEqual(fits(...three).at(-1), ['open', undefined, false]);
  });

  it('tells which sockets are not drawn, and never gives one to two connectors', () => {
    const devices = fc.constantFrom('', 'enp1s0', 'enp2s0', 'eth9');
    const kinds = fc.constantFrom('ethernet' as const, 'serial' as const, 'can' as const);
    const rows = fc.array(fc.record({ kind: kinds, device: devices, mac: fc.constantFrom('', ...MAC) }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(rows, all => {
        const drawn = all.map((fields, index) => row(`r${index}`, fields));
        const { rows: met, undrawn } = compareBox(drawn, NOTHING, modelOf(BOX));
        const found = met.flatMap(one => one.found ?? []);
        assert.equal(new Set(found).size, found.length);
        assert.equal(met.length, drawn.length);
        assert.deepEqual(new Set([...found, ...undrawn].map(({ name }) => name)).size, BOX.ports.length);
        for (const one of met) if (one.found !== undefined) assert.equal(one.found.connector, one.row.kind);
      }),
      { numRuns: 300 },
    );
  });

  it('tells only figures that differ and are known of both', () => {
    const box = modelOf({
      ...BOX,
      cpu: { cores: 4, vtd: false, evidence: SAID },
      memory: { totalMiB: 2048, evidence: SAID },
    });
    const drawn = { vcpus: 4, memoryMiB: 4096, abilities: { vtd: true, tpm: true } };
    assert.deepEqual(compareBox([], drawn, box).figures, [
      { what: 'memoryMiB', drawn: 4096, found: 2048 },
      { what: 'vtd', drawn: true, found: false },
    ]);
  });
});

/** Begins a variable. */
const SIGN = '$';

describe('a profile in a flow', () => {
  it('has nothing that would be read as a variable, whatever its devices call themselves', () => {
    const said = [`${SIGN}{HOME}`, '$(HOME)', `a $${SIGN}{x} b`, '$$${', 'costs 5 $'];
    const devices = said.map((product, index) => ({ port: `1-${index + 1}`, product, evidence: SAID }));
    const plain = BoxProfile.parse(plainProfile({ ...BOX, usb: { controllers: [], devices } }));
    assert.deepEqual(
      plain.usb.devices.map(({ product }) => product),
      ['{HOME}', '(HOME)', 'a {x} b', '{', 'costs 5 $'],
    );
    assert.deepEqual(plainProfile(BOX), BOX);
  });
});

describe('a box that is bound to a drawing', () => {
  it('has its sockets under the names of the drawing, and is a sound profile', () => {
    const bound = BoxProfile.parse(
      boundProfile(
        BOX,
        new Map([
          ['enp2s0', 'lan-1'],
          ['ttys0', 'com1'],
        ]),
      ),
    );
    assert.equal(portNamed(bound, 'lan-1')?.label, 'enp2s0');
    assert.equal(portNamed(bound, 'com1')?.label, 'ttyS0');
    assert.equal(bound.ports[1]?.evidence.name?.confidence, 'user');
    const errors = lintProfile(bound).filter(({ code }) => code === 'GW_PROFILE_UNSOURCED');
    assert.deepEqual(
      errors,
      lintProfile(BOX).filter(({ code }) => code === 'GW_PROFILE_UNSOURCED'),
    );
  });

  it('keeps no socket under a name that the drawing gives another one', () => {
    const crossed = boundProfile(BOX, new Map([['enp2s0', 'enp1s0']]));
    assert.equal(portNamed(crossed, 'enp1s0')?.label, 'enp2s0');
    assert.deepEqual(
      socketsOf(crossed).map(({ name }) => name),
      ['enp1s0-2', 'enp1s0', 'ttys0', 'ttys1'],
    );
  });
});
