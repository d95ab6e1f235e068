// What frames, messages and rules of a CAN bus mean. Frames are Linux' struct can_frame, 16 bytes, or canfd_frame, 72.
import type { z } from 'zod';
import type { FilterProgram } from '../../lanes/filter/ir.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { LineRule, LineSettings } from '../../model/kinds/line.ts';
import type { LineFrame } from '../../model/line-frame.ts';
import { givenBytes } from '../given-bytes.ts';
import { CLOSED } from '../held-port.ts';
import type { GuardPrograms, ProtocolWords, Question } from '../words.ts';
import { CanFrameError, checkFrame, FD_BYTES, frameProblem, readFrame, writeFrame } from './frame.ts';
import type { CanOptions } from './protocol.ts';
import { CanFirewall, type CanLineRule, CanLineRules, lowerCan } from './rules.ts';

const ANY = { ids: [], format: 'any', remote: 'any', type: 'any', lengths: [], action: 'accept', log: false };
const REFUSED = { ...ANY, id: CLOSED, direction: 'both', action: 'drop', log: true };

export const canWords: ProtocolWords = {
  ...{ name: 'can', device, question, needs: () => 'write', describe, guard },
  gated: {
    open: [{ ...ANY, id: 'open', direction: 'both' }, REFUSED],
    block: [REFUSED],
    readOnly: [{ ...ANY, id: 'hears', direction: 'to-vm' }, REFUSED],
  },
};

function device(settings: LineSettings): string | undefined {
  const { adapter, interface: name, path } = settings as unknown as CanOptions;
  return adapter === 'none' ? undefined : adapter === 'slcan' ? path : name;
}

function question(payload: unknown): Question {
  const frame = new Uint8Array(FD_BYTES);
  const request = frame.subarray(0, writeFrame(asked(payload), frame));
  const words = wordsOf(request);
  return { request, words, answer: () => words };
}

/** @throws GatewrightError GW_CAN_FRAME */
function asked(payload: unknown): ReturnType<typeof checkFrame> {
  try {
    return checkFrame(withBytes(payload));
  } catch (error) {
    if (!(error instanceof CanFrameError)) throw error;
    const advice = 'send {id, data}, with ext: true for an identifier of 29 bits';
    throw new GatewrightError('GW_CAN_FRAME', `${error.message}; ${advice}`, { cause: error });
  }
}

/** The data of a message may be in hex too. */
function withBytes(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || !('data' in payload)) return payload;
  const data = givenBytes(payload.data);
  if (typeof data === 'string') throw new CanFrameError(`data ${data}`);
  return { ...payload, data };
}

function describe({ frame }: LineFrame): Readonly<Record<string, unknown>> {
  const bytes = Buffer.from(frame, 'hex');
  return frameProblem(bytes) === undefined ? wordsOf(bytes) : { bytes: frame };
}

/** In the form in which it can be sent again. */
function wordsOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const { id, ext, rtr, fd, brs, esi, data, length } = readFrame(bytes);
  const flags = fd ? { fd, brs, esi } : {};
  return { id, ext, rtr, ...flags, ...(rtr ? { length } : { data: Buffer.from(data).toString('hex') }) };
}

/** What fits no rule is dropped in both directions, and told, so that a rule can be made of it. */
function guard(firewall: string, rules: readonly LineRule[]): GuardPrograms {
  const checked = CanLineRules.safeParse(rules);
  if (!checked.success) throw noRule(firewall, checked.error);
  const programs = (['from-vm', 'to-vm'] as const).map(way => programOf(firewall, checked.data, way));
  const [fromVm, toVm] = programs as [FilterProgram, FilterProgram];
  return { fromVm, toVm };
}

function programOf(firewall: string, rules: readonly CanLineRule[], way: 'from-vm' | 'to-vm'): FilterProgram {
  const own = rules.filter(({ direction }) => direction === way || direction === 'both');
  const checked = CanFirewall.safeParse({ rules: own.map(({ direction: _, ...rule }) => rule), logDenied: true });
  if (checked.success) return lowerCan(checked.data);
  throw noRule(firewall, checked.error);
}

function noRule(firewall: string, error: z.ZodError): GatewrightError {
  const [issue] = error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  return new GatewrightError('GW_LINE_RULE', `${firewall} has a rule that is none: ${where}${issue?.message ?? ''}`);
}
