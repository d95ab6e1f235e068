// The CAN firewall as its user writes it, and how that becomes a filter program over frames as lanes hold them (frame.ts). Only
// sound frames match a rule; error frames, which say how a controller fares, never do.
import { z } from 'zod';
import { type Alternative, FilterProgram, type FilterRule, type Range, type Test } from '../../lanes/filter/ir.ts';
import {
  byteAt,
  isIn,
  isOneOf,
  littleLongAt,
  merged,
  PER,
  PER_WORDS,
  rangeWords,
  sum,
} from '../../lanes/filter/terms.ts';
import { Name } from '../../model/address.ts';
import { CLASSIC_BYTES, DATA_AT, FD_BYTES, FD_LENGTHS, ID_FLAG, MOST_EXTENDED_ID, MOST_STANDARD_ID } from './frame.ts';

const Id = z.number().int().min(0).max(MOST_EXTENDED_ID);
const runsForward = (range: { first: number; last: number }) => range.first <= range.last;

export const IdRange = z.strictObject({ first: Id, last: Id }).refine(runsForward, 'the range runs backwards');
/** As drivers filter: `received & mask` is `id & mask`. */
export const IdMask = z.strictObject({ id: Id, mask: Id.min(1) });
const IdEntry = z.union([IdRange, IdMask]);
type IdEntry = z.infer<typeof IdEntry>;

/** Bytes of data; of a remote frame, how many it asks for. Not the length code: CAN FD has 12 where the code is 9. */
export const LengthRange = z
  .strictObject({ least: z.number().int().min(0).max(64), most: z.number().int().min(0).max(64) })
  .refine(range => range.least <= range.most, 'the range runs backwards');

const HexBytes = z
  .string()
  .regex(/^(?:[0-9a-f]{2}){1,64}$/, 'expected up to 64 bytes in hex, two lower-case digits each, such as 00ff');
/** The data, from their first byte on, are `value` where `mask` has ones. */
export const DataMask = z
  .strictObject({ mask: HexBytes, value: HexBytes })
  .refine(data => data.mask.length === data.value.length, 'the mask and the value have as many bytes')
  .refine(data => /[^0]/.test(data.mask), 'the mask is all zero');

/** So many frames, and so many in one go; what is above goes on to the next rule. */
export const FrameRate = z.strictObject({
  frames: z.number().int().min(1).max(1_000_000),
  per: z.enum(PER_WORDS),
  burst: z.number().int().min(1).max(1_000_000),
});

/** Most masks of a rule; ranges may be more. */
const MOST_MASKS = 15;

export const CanRule = z
  .strictObject({
    /** Unique within its firewall; names the counter. */
    id: Name,
    /** Identifiers, one of which the frame has; empty = any. */
    ids: z.array(IdEntry).max(64),
    /** `standard` identifiers have 11 bits, `extended` ones 29; the same number is another identifier in each. */
    format: z.enum(['standard', 'extended', 'any']),
    /** Remote frames ask for data and carry none. */
    remote: z.enum(['data', 'remote', 'any']),
    type: z.enum(['classic', 'fd', 'any']),
    /** Empty = any. */
    lengths: z.array(LengthRange).max(64),
    /** Absent = any. A frame too short for the mask does not match. */
    data: DataMask.optional(),
    /** Absent = unlimited. */
    rate: FrameRate.optional(),
    action: z.enum(['accept', 'drop']),
    log: z.boolean(),
  })
  .refine(
    rule => rule.ids.filter(isMask).length <= MOST_MASKS,
    `a rule has at most ${MOST_MASKS} masks; ranges may be more`,
  )
  .refine(
    rule => rule.format !== 'standard' || rule.ids.every(fitsStandard),
    'a standard identifier has 11 bits, 7ff at most',
  )
  .refine(rule => rule.remote !== 'remote' || rule.data === undefined, 'a remote frame carries no data')
  .refine(rule => rule.remote !== 'remote' || rule.type !== 'fd', 'CAN FD has no remote frames');
export type CanRule = z.infer<typeof CanRule>;

/** Whose frames a rule is about, where a firewall stands between a bus and a VM. */
export const CanDirection = z.enum(['from-vm', 'to-vm', 'both']);
export type CanDirection = z.infer<typeof CanDirection>;

/** A rule of a firewall between a bus and a VM. */
export const CanLineRule = CanRule.safeExtend({ direction: CanDirection });
export type CanLineRule = z.infer<typeof CanLineRule>;
/** All rules of such a firewall, in order. */
export const CanLineRules = z
  .array(CanLineRule)
  .max(1024)
  .refine(rules => new Set(rules.map(({ id }) => id)).size === rules.length, 'two rules have one name');

const Firewall = z.strictObject({ rules: z.array(CanRule).max(1024), logDenied: z.boolean() });

/** Rules are tried in order, the first that matches decides; what none matches is dropped. */
export const CanFirewall = Firewall.refine(
  firewall => FilterProgram.safeParse(lowerCan(firewall)).success,
  'two rules have one name, or the rules are too large for one filter',
);
export type CanFirewall = z.infer<typeof CanFirewall>;

/** The filter program of a firewall, for frames of the class `can`. */
export function lowerCan({ rules, logDenied }: z.infer<typeof Firewall>): FilterProgram {
  return { rules: rules.map(lowerRule), otherwise: { verdict: { action: 'drop' }, log: logDenied } };
}

function lowerRule(rule: CanRule): FilterRule {
  const { id, action, rate, log } = rule;
  const limit = rate === undefined ? {} : { rate: { frames: rate.frames, perMs: PER[rate.per], burst: rate.burst } };
  return { id, alternatives: alternativesOf(rule), verdict: { action }, ...limit, log };
}

function isMask(entry: IdEntry): entry is z.infer<typeof IdMask> {
  return 'mask' in entry;
}

function fitsStandard(entry: IdEntry): boolean {
  return (isMask(entry) ? entry.id & entry.mask : entry.last) <= MOST_STANDARD_ID;
}

function alternativesOf(rule: CanRule): Alternative[] {
  const tests = [...SOUND, ...kindTests(rule), ...dataTests(rule)];
  const ways = idTests(rule);
  if (ways.length === 0) return [{ says: 'any identifier', tests }];
  return ways.map(test => ({ says: test.says, tests: [test, ...tests] }));
}

const remote = littleLongAt(0, ID_FLAG.remote, 30);
const extended = littleLongAt(0, ID_FLAG.extended, 31);
const dataLength = byteAt(4);
/** Bits above those of a standard identifier, and the flags of extended and error frames. */
const upperBits = littleLongAt(0, ID_FLAG.extended + ID_FLAG.error + (MOST_EXTENDED_ID - MOST_STANDARD_ID));

/** Hold for every frame that can be on a bus. One number for size, kind and length: so it is one test. */
const SOUND: readonly Test[] = [
  isIn(
    'the frame is a classic, remote or FD one with a length that those can have',
    sum(0, [0x1_0000, remote], [0x100, 'length'], dataLength),
    merged([
      [0x100 * CLASSIC_BYTES, 0x100 * CLASSIC_BYTES + 8],
      [0x1_0000 + 0x100 * CLASSIC_BYTES, 0x1_0000 + 0x100 * CLASSIC_BYTES + 8],
      ...FD_LENGTHS.map(length => [0x100 * FD_BYTES + length, 0x100 * FD_BYTES + length] as const),
    ]),
  ),
  isIn('it is no error frame, and the identifier has 11 bits or is an extended one', upperBits, [
    [0, 0],
    [ID_FLAG.extended, ID_FLAG.extended + MOST_EXTENDED_ID],
  ]),
];

function hex(value: number): string {
  return `0x${value.toString(16).toUpperCase()}`;
}

/** One test for all ranges, one for each mask. */
function idTests({ ids }: CanRule): readonly Test[] {
  const ranges = merged(ids.flatMap(entry => (isMask(entry) ? [] : [[entry.first, entry.last] as const])));
  const identifier = littleLongAt(0, MOST_EXTENDED_ID);
  const inRanges: Test = { ...isIn(`the identifier is ${rangeWords(ranges, hex)}`, identifier, ranges), hex: true };
  const masks = ids.filter(isMask).map(({ id, mask }): Test => {
    const value = id & mask;
    const says = `the identifier is ${hex(value)} where ${hex(mask)} has ones`;
    return { ...isOneOf(says, littleLongAt(0, mask), value), hex: true };
  });
  return [...(ranges.length === 0 ? [] : [inRanges]), ...masks];
}

function kindTests(rule: CanRule): readonly Test[] {
  const lengths: readonly Range[] = merged(rule.lengths.map(({ least, most }) => [least, most]));
  return [
    ...(rule.format === 'any' ? [] : [isOneOf(`it is ${rule.format}`, extended, rule.format === 'extended' ? 1 : 0)]),
    ...(rule.remote === 'any'
      ? []
      : [isOneOf(`it is a ${rule.remote} frame`, remote, rule.remote === 'remote' ? 1 : 0)]),
    ...(rule.type === 'any'
      ? []
      : [isOneOf(`it is ${TYPE_WORDS[rule.type]}`, 'length', rule.type === 'fd' ? FD_BYTES : CLASSIC_BYTES)]),
    ...(lengths.length === 0 ? [] : [isIn(`it has ${rangeWords(lengths)} bytes of data`, dataLength, lengths)]),
  ];
}

const TYPE_WORDS = { classic: 'a classic frame', fd: 'a CAN FD frame' } as const;

/** WHY the length too: what lies behind the data is in the slot, but not in the frame. */
function dataTests({ data }: CanRule): readonly Test[] {
  if (data === undefined) return [];
  const mask = bytesOf(data.mask);
  const needed = mask.findLastIndex(bits => bits !== 0) + 1;
  const value = bytesOf(data.value).map((byte, at) => byte & (mask[at] ?? 0));
  const says = `the data are ${data.value} where ${data.mask} has ones`;
  return [
    isOneOf('it carries data', remote, 0),
    isIn(`there are ${needed} bytes of data or more`, dataLength, [[needed, 64]]),
    {
      kind: 'bytes',
      says: says.length > 120 ? 'the data are as the mask wants them' : says,
      offset: DATA_AT,
      mask: mask.slice(0, needed),
      value: value.slice(0, needed),
    },
  ];
}

function bytesOf(text: string): readonly number[] {
  return (text.match(/../g) ?? []).map(pair => Number.parseInt(pair, 16));
}
