// Files of real boxes, damaged at random and with a known fault put in: whatever else is wrong with one, that fault is told.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { lintProfile } from '../../runtime/hardware/lint.ts';
import { BoxProfile } from '../../runtime/hardware/profile.ts';
import { readProfile } from '../../runtime/hardware/read-profile.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';

const MUTANTS = 200;
const textsIn = (folder: string) =>
  readdirSync(new URL(folder, import.meta.url))
    .filter(name => name.endsWith('.json'))
    .map(name => readFileSync(new URL(`${folder}${name}`, import.meta.url), 'utf8'));
const MODELS = textsIn('./eve/');
const PROBED = textsIn('./dumps/expected/');
const [CABINET, POLE] = PROBED.map(text => BoxProfile.parse(JSON.parse(text)));

interface Fault {
  readonly code: string;
  /** Rows of an EVE hardware model that have it, whatever the other rows are. */
  readonly rows: readonly object[];
  /** The real host that cannot honour them. */
  readonly host?: BoxProfile | undefined;
}

const row = (phylabel: string, ztype: number, assigngrp: string, phyaddrs: object, rest: object = {}) => ({
  ...{ ztype, phylabel, logicallabel: phylabel, assigngrp, phyaddrs },
  ...rest,
});
const pair = (ztype: number, one: object, other: object) => [
  row('A-1', ztype, 'A', one),
  row('B-1', ztype, 'B', other),
];

const FAULTS: readonly Fault[] = [
  {
    code: 'GW_PROFILE_IRQ_SPLIT',
    rows: pair(3, { Serial: '/dev/ttyS8', Irq: '77' }, { Serial: '/dev/ttyS9', Irq: '77' }),
  },
  { code: 'GW_PROFILE_PCI_SWAPPED', rows: [row('A-1', 2, 'A', { PciLong: '0000:14:00.0' })] },
  { code: 'GW_PROFILE_PCI_MALFORMED', rows: [row('A-1', 1, 'A', { PciLong: '0000:00:1f.9' })] },
  { code: 'GW_PROFILE_PCI_SPLIT', rows: pair(1, { PciLong: '0000:66:00.0' }, { PciLong: '0000:66:00.1' }) },
  { code: 'GW_PROFILE_ADDRESS_MISSING', rows: [row('A-1', 6, 'A', {})] },
  { code: 'GW_PROFILE_GROUP_EMPTY', rows: [row('A-1', 1, '', { Ifname: 'eth9' })] },
  { code: 'GW_PROFILE_GROUP_UNKNOWN', rows: [row('A-1', 1, 'A', { Ifname: 'eth9' }, { parentassigngrp: 'nobody' })] },
  { code: 'GW_PROFILE_KEY_CASE', rows: [row('A-1', 1, 'A', { iFname: 'eth9' })] },
  { code: 'GW_PROFILE_USB_AMBIGUOUS', rows: pair(14, { UsbProduct: '0403:6001' }, { UsbProduct: '0403:6001' }) },
  { code: 'GW_PROFILE_LINE_TYPE', rows: [row('A-1', 3, 'A', { Serial: '/dev/ttyS9' })] },
  { code: 'GW_PROFILE_MANAGEMENT', rows: [row('A-1', 1, 'A', { Ifname: 'eth9' }, { usage: 1 })] },
  { code: 'GW_PROFILE_LABEL_TWICE', rows: [row('A-1', 1, 'A', { Ifname: 'x' }), row('A-1', 1, 'A', { Ifname: 'y' })] },
  {
    code: 'GW_PROFILE_IOMMU_SPLIT',
    rows: pair(255, { PciLong: '0000:00:1f.0' }, { PciLong: '0000:00:1f.1' }),
    host: CABINET,
  },
  { code: 'GW_PROFILE_DEVICE_ABSENT', rows: [row('A-1', 1, 'A', { PciLong: '0000:66:00.0' })], host: CABINET },
  { code: 'GW_PROFILE_IOMMU_OFF', rows: [row('A-1', 1, 'A', { PciLong: '0000:01:00.0' })], host: POLE },
];

/** A finding about the row, or about more rows than it names. */
const TELLS = /\bA-1\b|\d more/;

const JUNK: readonly unknown[] = [
  null,
  -1,
  1e300,
  '',
  'x'.repeat(5_000),
  '\u202e\u0000',
  true,
  [],
  [[]],
  {},
  { a: { b: 1 } },
];

/** Numbers below a bound, always the same ones for one seed [Park and Miller, 1988]. */
function dice(seed: number): (below: number) => number {
  let state = seed * 7919 + 1;
  return below => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** Damages a value of JSON at one place, somewhere below it. */
function damage(value: unknown, roll: (below: number) => number): void {
  if (value === null || typeof value !== 'object') return;
  const keys = Object.keys(value);
  const key = keys[roll(Math.max(keys.length, 1))];
  if (key === undefined) return;
  const holder = value as Record<string, unknown>;
  const inside = holder[key];
  if (inside !== null && typeof inside === 'object' && roll(4) > 0) damage(inside, roll);
  else if (roll(3) > 0) holder[key] = JUNK[roll(JUNK.length)];
  else if (Array.isArray(value)) value.splice(Number(key), 1);
  else delete holder[key];
}

const times = (count: number, work: () => void) => Array.from({ length: count }, work);

describe(`${MUTANTS} damaged models of boxes`, () => {
  it('are all read without a crash, and none hides the fault that was put into its row A-1', () => {
    const met = new Set<string>();
    for (let seed = 0; seed < MUTANTS; seed += 1) {
      const roll = dice(seed);
      const { code, rows, host } = FAULTS[seed % FAULTS.length] as Fault;
      const model = JSON.parse(MODELS[roll(MODELS.length)] ?? '') as { ioMemberList: unknown[] };
      times(1 + roll(8), () => damage(model.ioMemberList, roll));
      times(roll(3), () => damage(model, roll));
      const list = Array.isArray(model.ioMemberList) ? model.ioMemberList : [];
      list.splice(roll(list.length + 1), 0, ...rows);
      const { profile, findings } = readProfile(JSON.stringify({ ...model, ioMemberList: list }));
      assert.ok(BoxProfile.safeParse(profile).success, `seed ${seed}`);
      const told = [...findings, ...lintProfile(profile, host)].filter(each => TELLS.test(each.summary));
      const codes = told.map(each => each.code as string);
      assert.ok(codes.includes(code), `seed ${seed}: ${code} is not among ${codes.join(', ')}`);
      met.add(code);
    }
    assert.equal(met.size, FAULTS.length);
  });
});

describe(`${MUTANTS} damaged profiles`, () => {
  it('are refused, or taken as they are and linted: nothing is left out in silence', () => {
    const fates = { taken: 0, refused: 0 };
    for (let seed = 0; seed < MUTANTS; seed += 1) {
      const roll = dice(seed);
      const value = JSON.parse(PROBED[roll(PROBED.length)] ?? '') as unknown;
      times(1 + roll(3), () => damage(value, roll));
      const fate = fateOf(JSON.stringify(value));
      fates[fate] += 1;
    }
    assert.ok(fates.taken > MUTANTS / 20 && fates.refused > MUTANTS / 20, JSON.stringify(fates));
  });
});

function fateOf(text: string): keyof { taken: 1; refused: 1 } {
  let profile: BoxProfile;
  try {
    profile = readProfile(text).profile;
  } catch (error) {
    if (isGatewrightError(error) && error.code.startsWith('GW_PROFILE_')) return 'refused';
    throw error;
  }
  assert.deepEqual(profile, JSON.parse(text));
  for (const found of lintProfile(profile)) assert.ok(found.summary.length < 1_000 && found.remedy !== '');
  return 'taken';
}
