// The Modbus firewall as its user writes it, and how that becomes a filter program. It looks at requests; answers to accepted
// requests need no rule. A rule that accepts wants everything a request reaches and writes to be inside what the rule names;
// a rule that drops or rejects takes any part of it. So what lies half inside is never let through by mistake.
import { z } from 'zod';
import {
  type Alternative,
  type Denial,
  FilterProgram,
  type FilterRule,
  type Range,
  type Test,
  type Verdict,
} from '../../lanes/filter/ir.ts';
import { isIn, merged, PER, PER_WORDS, rangeWords } from '../../lanes/filter/terms.ts';
import { Name } from '../../model/address.ts';
import { functionCode, HEADER, REQUESTS, type Reach, type Request, TABLES, type Table, unit } from './rule-requests.ts';

/** Codes of the Modbus Application Protocol V1.1b3, clause 7, that a firewall may answer with. */
export const EXCEPTIONS = {
  'illegal-function': 1,
  'illegal-data-address': 2,
  'illegal-data-value': 3,
  'device-failure': 4,
  'device-busy': 6,
  'gateway-path-unavailable': 10,
  'gateway-target-failed': 11,
} as const;
export const ExceptionName = z.enum(Object.keys(EXCEPTIONS) as [keyof typeof EXCEPTIONS]);

const Byte = z.number().int().min(0).max(0xff);
const Word = z.number().int().min(0).max(0xffff);
const runsForward = (range: { first: number; last: number }) => range.first <= range.last;
const BACKWARDS = 'the range runs backwards';

export const UnitRange = z.strictObject({ first: Byte, last: Byte }).refine(runsForward, BACKWARDS);
/** Addresses as they are in the frame, from 0 on: holding register 40001 of a manual is `holding` 0. */
export const RegisterRange = z
  .strictObject({ table: z.enum(TABLES), first: Word, last: Word })
  .refine(runsForward, BACKWARDS);
/** Of coils: 0 is off, 1 is on. */
export const ValueRange = z
  .strictObject({ least: Word, most: Word })
  .refine(range => range.least <= range.most, BACKWARDS);

/** So many requests, and so many in one go; what is above goes on to the next rule. */
export const RequestRate = z.strictObject({
  requests: z.number().int().min(1).max(1_000_000),
  per: z.enum(PER_WORDS),
  burst: z.number().int().min(1).max(1_000_000),
});

/** Who asks: the VM, or somebody else the VM. On a line only VMs ask. */
export const ModbusDirection = z.enum(['from-vm', 'to-vm', 'both']);
export type ModbusDirection = z.infer<typeof ModbusDirection>;

/** Where a request comes from, as far as it is known. */
export type Asked = 'from-vm' | 'to-vm' | 'unknown';

const Answer = { exception: ExceptionName.optional() };
/** An exception is told exactly when there is an answer. */
const answered = (denial: { action: string; exception?: unknown }) =>
  (denial.action === 'reject') === (denial.exception !== undefined);
const ANSWERED = 'an exception is given with reject, and only then';

const Fields = z.strictObject({
  /** Unique within its firewall; names the counter. */
  id: Name,
  /** Empty = any. */
  units: z.array(UnitRange).max(64),
  /** Function codes; empty = any, those of an unknown meaning too where neither registers nor values are named. */
  functions: z.array(z.number().int().min(1).max(127)).max(127),
  /** Empty = any, and requests without registers too. */
  registers: z.array(RegisterRange).max(64),
  /**
   * Of what is written; empty = any. A request that writes nothing has no value outside, and none inside. A rule that forbids
   * looks at all values of a request that touches its registers, not only at those written there.
   */
  values: z.array(ValueRange).max(64),
  /** Who asks; absent = both. */
  direction: ModbusDirection.optional(),
  /** Absent = unlimited. */
  rate: RequestRate.optional(),
  action: z.enum(['accept', 'drop', 'reject']),
  ...Answer,
  log: z.boolean(),
});
type Fields = z.infer<typeof Fields>;

export const ModbusRule = Fields.refine(answered, ANSWERED).refine(
  rule => alternativesOf(rule).length > 0,
  'no request has one of these functions, these registers and these values',
);
export type ModbusRule = z.infer<typeof ModbusRule>;

const Firewall = z.strictObject({
  rules: z.array(ModbusRule).max(1024),
  otherwise: z
    .strictObject({ action: z.enum(['drop', 'reject']), ...Answer, log: z.boolean() })
    .refine(answered, ANSWERED),
});

/** Rules are tried in order, the first that matches decides; nothing matching = `otherwise`. */
export const ModbusFirewall = Firewall.refine(
  firewall => FilterProgram.safeParse(lowerModbus(firewall)).success,
  'two rules have one name, or the rules are too large for one filter',
);
export type ModbusFirewall = z.infer<typeof ModbusFirewall>;

/**
 * The filter program of a firewall, for frames of the class `modbus` that are requests. Rules have the same places whoever
 * asks, so that one state counts for all programs of a firewall.
 * @param asked  whose requests it will be shown
 */
export function lowerModbus({ rules, otherwise }: z.infer<typeof Firewall>, asked: Asked = 'from-vm'): FilterProgram {
  return {
    rules: rules.map(rule => lowerRule(rule, asked)),
    otherwise: { verdict: denialOf(otherwise), log: otherwise.log },
  };
}

/** Whether a rule is about such requests. Where it is not known who asks, a rule that lets pass one side lets none pass. */
export function isAbout({ direction, action }: Pick<ModbusRule, 'direction' | 'action'>, asked: Asked): boolean {
  if (direction === undefined || direction === 'both' || direction === asked) return true;
  return asked === 'unknown' && action !== 'accept';
}

/** No request is that short. */
const NEVER: Alternative = {
  says: 'asked from its side',
  tests: [isIn('it is asked from the side that the rule names', 'length', [[0, 0]])],
};

function lowerRule(rule: ModbusRule, asked: Asked): FilterRule {
  const { id, action, exception, log } = rule;
  const verdict: Verdict = action === 'accept' ? { action } : denialOf({ action, exception });
  const alternatives = isAbout(rule, asked) ? alternativesOf(rule) : [NEVER];
  return { id, alternatives, verdict, ...rateOf(rule), log };
}

function denialOf(denial: { action: Denial['action']; exception?: Fields['exception'] }): Denial {
  const { action, exception = 'illegal-function' } = denial;
  return action === 'reject' ? { action, answer: EXCEPTIONS[exception] } : { action };
}

function rateOf({ rate }: Pick<Fields, 'rate'>): Pick<FilterRule, 'rate'> {
  return rate === undefined ? {} : { rate: { frames: rate.requests, perMs: PER[rate.per], burst: rate.burst } };
}

/** What of a rule says which requests it matches. */
type Matches = Pick<Fields, 'units' | 'functions' | 'registers' | 'values' | 'action'>;

function alternativesOf(rule: Matches): Alternative[] {
  const named = REQUESTS.filter(({ code }) => rule.functions.length === 0 || rule.functions.includes(code));
  return [...named.flatMap(request => requestWays(request, rule)), ...otherWays(rule)];
}

function requestWays(request: Request, rule: Matches): Alternative[] {
  const says = `function ${request.code}, ${request.name}`;
  const head = [
    isIn(`the function is ${request.code} (${request.name})`, functionCode, [[request.code, request.code]]),
  ];
  const sound = [...HEADER, ...unitTests(rule), ...request.shape, ...request.reaches.flatMap(endTests)];
  const ways = rule.action === 'accept' ? permitting(request, rule) : forbidding(request, rule);
  return ways.map(tests => ({ says, tests: [...head, ...sound, ...tests] }));
}

/** Ways in which the whole request is inside the rule. */
function permitting(request: Request, rule: Matches): readonly (readonly Test[])[] {
  const places = request.reaches.map(reach => placeTests(reach, rule, 'inside'));
  if (places.includes(undefined) || (rule.registers.length > 0 && request.reaches.length === 0)) return [];
  const values = rule.values.length === 0 ? [[]] : (request.written?.(valuesOf(rule), 'all') ?? [[]]);
  return values.map(tests => [...places.flatMap(place => place ?? []), ...tests]);
}

/** Ways in which a part of the request is inside the rule. */
function forbidding(request: Request, rule: Matches): readonly (readonly Test[])[] {
  const values = rule.values.length === 0 ? [[]] : (request.written?.(valuesOf(rule), 'any') ?? []);
  if (rule.registers.length === 0) return values;
  const reaches = request.reaches.filter(({ access }) => rule.values.length === 0 || access === 'write');
  const places = reaches.flatMap(reach => {
    const tests = placeTests(reach, rule, 'meets');
    return tests === undefined ? [] : [tests];
  });
  return places.flatMap(place => values.map(tests => [...place, ...tests]));
}

/** Tests that a row of addresses is inside the rule's registers or touches them; `undefined` when the rule has none in its table. */
function placeTests(reach: Reach, rule: Matches, kind: 'inside' | 'meets'): readonly Test[] | undefined {
  if (rule.registers.length === 0) return [];
  const ranges = rangesIn(reach.table, rule);
  if (ranges.length === 0) return undefined;
  const verb = kind === 'inside' ? 'lies wholly in' : 'touches';
  const says = `what it ${reach.access}s ${verb} ${reach.table} ${rangeWords(ranges)}`;
  return [{ kind, says, first: reach.first, last: reach.last, ranges: [...ranges] }];
}

function rangesIn(table: Table, { registers }: Matches): readonly Range[] {
  return merged(registers.flatMap(range => (range.table === table ? [[range.first, range.last] as const] : [])));
}

function valuesOf({ values }: Matches): readonly Range[] {
  return merged(values.map(({ least, most }) => [least, most]));
}

/** WHY: what runs over the last address is malformed, whatever it means to a device. A single address cannot. */
function endTests({ access, first, last }: Reach): readonly Test[] {
  return first === last ? [] : [isIn(`what it ${access}s ends at address 65535 or before`, last, [[0, 0xffff]])];
}

function unitTests({ units }: Matches): readonly Test[] {
  if (units.length === 0) return [];
  const ranges = merged(units.map(({ first, last }) => [first, last]));
  return [isIn(`the unit is ${rangeWords(ranges)}`, unit, ranges)];
}

/** Functions whose meaning is not known: only a rule without registers and values can be about them. */
function otherWays(rule: Matches): Alternative[] {
  if (rule.registers.length > 0 || rule.values.length > 0) return [];
  const known = REQUESTS.map(({ code }) => code);
  const all = Array.from({ length: 127 }, (_, index) => index + 1).filter(code => !known.includes(code));
  const codes = all.filter(code => rule.functions.length === 0 || rule.functions.includes(code));
  if (codes.length === 0) return [];
  const ranges = merged(codes.map(code => [code, code]));
  const says = `the function is ${rangeWords(ranges)}`;
  return [{ says: 'any other function', tests: [isIn(says, functionCode, ranges), ...HEADER, ...unitTests(rule)] }];
}
