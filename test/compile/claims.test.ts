// What a drawing wants of its boxes, proven with what their hardware nodes know.
import { deepEqual, equal, match } from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import type { Diagnostic } from '../../runtime/model/diagnostic.ts';
import { cabinet } from '../hardware/claims.ts';
import { box, codesOf, config, draw, type SketchNode, tab, vm } from './sketch.ts';

const VMS = ['robot', 'meter'].map(name => vm(name, 'g1', 't1', [], { nics: [] }));
const BOX = [tab, config('tenant', 't1'), ...VMS];
const BY_HAND = [...box('g1'), ...BOX];

/** A box of which it is known that its CPU has no VT-d. */
const WITHOUT_VTD = BY_HAND.map(node => (node.id === 'g1-box' ? { ...node, model: 'dell-edge-gateway-3001' } : node));

/** A box whose own profile is in its hardware node. */
const KNOWN = BY_HAND.map(node => (node.id === 'g1-box' ? { ...node, model: 'imported', profile: cabinet() } : node));

function owned(name: string, device: string, to: string, fields: object = {}): SketchNode {
  return draw('bus', name, { version: 2, gateway: 'g1', mode: 'passthrough', device, ...fields }, [[to]]);
}

function line(name: string, path: string, to: string): SketchNode {
  return draw('bus', name, { version: 2, gateway: 'g1', protocol: 'serial', settings: { path } }, [[to]]);
}

function found(...flow: readonly SketchNode[]): readonly Diagnostic[] {
  return compile(flow, NODE_TYPES).diagnostics;
}

describe('the claims of a drawing', () => {
  it('are refused where the profile of the box says why, at the bus, with what is possible instead', () => {
    const [finding, ...others] = found(...WITHOUT_VTD, owned('card', '0000:02:00.0', 'robot'));
    deepEqual(others, []);
    equal(finding?.code, 'GW_CLAIM_IOMMU');
    equal(finding?.severity, 'error');
    equal(finding?.source.node, 'card');
    match(finding?.remedy ?? '', /^Use USB or serial redirection.*this CPU has no VT-d\.$/);
  });

  it('are proven with the whole profile that a hardware node holds', () => {
    const [finding, ...others] = found(
      ...KNOWN,
      owned('card', '0000:03:00.0', 'robot'),
      owned('lan', '0000:02:00.0', 'meter'),
    );
    deepEqual(others, []);
    equal(finding?.source.node, 'card');
    match(finding?.remedy ?? '', /^Name all of them in card: 0000:03:00\.0 0000:03:00\.1\.$/);
    deepEqual(codesOf([...KNOWN, owned('card', '0000:03:00.0 0000:03:00.1', 'robot')]), []);
  });

  it('never take the card that the drawing calls management', () => {
    const drawn = KNOWN.map(node =>
      node.id === 'g1-box'
        ? { ...node, interfaces: [{ label: 'service', device: 'enp2s0', role: 'management' }] }
        : node,
    );
    const [finding] = found(...drawn, owned('lan', '0000:02:00.0', 'meter'));
    equal(finding?.code, 'GW_CLAIM_MANAGEMENT');
    match(finding?.summary ?? '', /takes (service|lan-2) \(enp2s0\) along, through which the box is managed/);
  });

  it('are only warned of on a box that nobody has described', () => {
    const [finding, ...others] = found(...BY_HAND, owned('card', '0000:02:00.0', 'robot'));
    deepEqual(others, []);
    deepEqual([finding?.code, finding?.severity], ['GW_CLAIM_UNPROVEN', 'warning']);
  });

  it('are sound for USB and serial ports of any box', () => {
    for (const site of [BY_HAND, WITHOUT_VTD])
      deepEqual(codesOf([...site, owned('stick', '1-4.1', 'robot'), owned('com', '/dev/ttyS0', 'meter')]), []);
  });

  it('name both buses that want one device, and mark both', () => {
    const [finding, ...others] = found(...BY_HAND, owned('stick', '1-4', 'robot'), owned('reader', '1-4', 'meter'));
    deepEqual(others, []);
    equal(finding?.code, 'GW_CLAIM_TWICE');
    match(finding?.summary ?? '', /^stick and reader both use the USB port 1-4, for meter\.$/);
    deepEqual([finding?.source.node, finding?.related?.map(({ node }) => node)], ['stick', ['reader']]);
  });

  it('hold the lines of the host against what VMs own', () => {
    const [finding] = found(...BY_HAND, owned('com', '/dev/ttyS0', 'robot'), line('meters', '/dev/ttyS0', 'meter'));
    equal(finding?.code, 'GW_CLAIM_TWICE');
    match(finding?.remedy ?? '', /^Wire the VM to meters, which is shared/);
  });

  it('are those of one box: another one has devices of its own', () => {
    const other = [
      ...box('g2'),
      vm('press', 'g2', 't1', [], { nics: [] }),
      owned('press-stick', '1-4', 'press', { gateway: 'g2' }),
    ];
    deepEqual(codesOf([...BY_HAND, owned('stick', '1-4', 'robot'), ...other]), []);
  });
});
