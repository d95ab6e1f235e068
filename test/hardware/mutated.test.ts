// Sound profiles of any size with one fault put into them at any place: it is always found, whatever else was put in.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lintProfile } from '../../runtime/hardware/lint.ts';
import { type BoxPort, BoxProfile } from '../../runtime/hardware/profile.ts';
import { port, profileOf, SAID } from './profiles.ts';

interface Mutation {
  readonly code: string;
  /** Whether a row can have this fault at all. */
  readonly fits: (port: BoxPort) => boolean;
  /** The rows with the fault in that one. */
  readonly apply: (ports: readonly BoxPort[], index: number) => BoxPort[];
}

const change =
  (fields: (port: BoxPort) => Partial<BoxPort>): Mutation['apply'] =>
  (ports, index) =>
    ports.map((each, place) => (place === index ? { ...each, ...fields(each) } : each));
const insert =
  (fields: (port: BoxPort) => Partial<BoxPort>): Mutation['apply'] =>
  (ports, index) => {
    const copied = ports[index] as BoxPort;
    const twin = { ...copied, label: `${copied.label} twin`, group: `${copied.group} twin`, ...fields(copied) };
    return [...ports.slice(0, index), twin, ...ports.slice(index)];
  };
const isPci = ({ address }: BoxPort) => address.pciAddress?.endsWith('00.0') === true;
const isAssignable = ({ group }: BoxPort) => group !== undefined;
const isHeldBack = ({ address, management }: BoxPort) => management !== true && Object.keys(address).length > 0;
const hasIrq = ({ address }: BoxPort) => address.irq !== undefined;
const isUsb = ({ address }: BoxPort) => address.usbPort !== undefined;
const withAddress =
  (fields: BoxPort['address']) =>
  ({ address }: BoxPort) => ({ address: { ...address, ...fields } });

const MUTATIONS: readonly Mutation[] = [
  { code: 'GW_PROFILE_IRQ_SPLIT', fits: hasIrq, apply: insert(() => ({})) },
  { code: 'GW_PROFILE_PCI_SPLIT', fits: isPci, apply: insert(({ address }) => sibling(address.pciAddress ?? '')) },
  { code: 'GW_PROFILE_PCI_MALFORMED', fits: isPci, apply: change(withAddress({ pciAddress: '00:1g.0' })) },
  {
    code: 'GW_PROFILE_PCI_SWAPPED',
    fits: isPci,
    apply: change(each => ({ ...withAddress({ pciAddress: '0000:14:00.0' })(each), kind: 'usb-controller' })),
  },
  { code: 'GW_PROFILE_ADDRESS_MISSING', fits: isAssignable, apply: change(() => ({ address: {} })) },
  { code: 'GW_PROFILE_GROUP_EMPTY', fits: isHeldBack, apply: without('group') },
  { code: 'GW_PROFILE_GROUP_UNKNOWN', fits: () => true, apply: change(() => ({ parentGroup: 'nobody' })) },
  {
    code: 'GW_PROFILE_USB_AMBIGUOUS',
    fits: isUsb,
    apply: (ports, index) =>
      insert(() => ({ address: { usbProduct: '0403:6001' } }))(
        ports.map(each => (each === ports[index] ? { ...each, address: { usbProduct: '0403:6001' } } : each)),
        index,
      ),
  },
  { code: 'GW_PROFILE_LINE_TYPE', fits: ({ kind }) => kind === 'serial', apply: without('lineType') },
  { code: 'GW_PROFILE_MANAGEMENT', fits: isAssignable, apply: change(() => ({ management: true })) },
  { code: 'GW_PROFILE_LABEL_TWICE', fits: () => true, apply: insert(({ label }) => ({ label })) },
  { code: 'GW_PROFILE_UNSOURCED', fits: () => true, apply: change(() => ({ evidence: {} })) },
];

function sibling(address: string): Partial<BoxPort> {
  return { address: { pciAddress: address.replace(/\.0$/, '.1') } };
}

function without(field: 'group' | 'lineType'): Mutation['apply'] {
  return change(each => {
    const { [field]: _gone, ...rest } = each;
    return { ...Object.fromEntries(Object.keys(each).map(key => [key, undefined])), ...rest };
  });
}

/** Rows with nothing in common, and nothing wrong with them. */
function soundPorts(ethernets: number, serials: number, sticks: number): BoxPort[] {
  const times = (count: number, make: (index: number) => BoxPort) => Array.from({ length: count }, (_, n) => make(n));
  const hex = (number: number) => number.toString(16).padStart(2, '0');
  return [
    ...times(ethernets, n => port(`eth${n}`, { address: { pciAddress: `0000:${hex(n + 0x20)}:00.0` } })),
    ...times(serials, n =>
      port(`COM${n}`, { kind: 'serial', lineType: 'rs485', address: { device: `/dev/ttyS${n}`, irq: n + 3 } }),
    ),
    ...times(sticks, n => port(`USB${n}`, { kind: 'usb-device', address: { usbPort: `1-${n + 1}` } })),
  ];
}

const size = fc.integer({ min: 1, max: 12 });
const ports = fc.tuple(size, size, size).map(sizes => soundPorts(...sizes));

describe('a sound profile', () => {
  it('has nothing that the lint finds, of whatever size', () => {
    fc.assert(
      fc.property(ports, rows => assert.deepEqual(lintProfile(profileOf(rows, { memory: { evidence: SAID } })), [])),
      { numRuns: 50 },
    );
  });

  for (const { code, fits, apply } of MUTATIONS)
    it(`is never accepted with the fault of ${code} put into it, alone or among others`, () => {
      fc.assert(
        fc.property(
          ports,
          fc.nat(),
          fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }),
          (sound, pick, others) => {
            // The other faults come first, so that none of them can take this one away.
            const rows = others.reduce(
              (sofar, [which, place]) => put(MUTATIONS[which % MUTATIONS.length], sofar, place),
              sound,
            );
            const faulty = put({ code, fits, apply }, rows, pick);
            const profile = BoxProfile.parse(JSON.parse(JSON.stringify(profileOf(faulty))));
            const found = lintProfile(profile).map(each => each.code as string);
            assert.ok(faulty === rows || found.includes(code), `${code} is not among ${found.join(', ')}`);
            // Without any others there is always a row to put it into.
            assert.ok(others.length > 0 || faulty !== rows);
          },
        ),
        { numRuns: 40 },
      );
    });
});

/** Puts the fault into one of the rows that can have it; the same rows when none can. */
function put(mutation: Mutation | undefined, rows: BoxPort[], pick: number): BoxPort[] {
  const places = rows.flatMap((each, index) => (mutation?.fits(each) === true ? [index] : []));
  const place = places[pick % Math.max(places.length, 1)];
  return mutation === undefined || place === undefined ? rows : mutation.apply(rows, place);
}
