// What Modbus can say without a line. A request is the unit and its PDU (function code and what follows), an answer is a PDU.
import type { FilterProgram } from '../../lanes/filter/ir.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { LineRule, LineSettings } from '../../model/kinds/line.ts';
import type { LineFrame } from '../../model/line-frame.ts';
import { CLOSED } from '../held-port.ts';
import type { GuardPrograms, ProtocolWords, Question } from '../words.ts';
import { u8 } from './pdu/bytes.ts';
import { isRead, parseRequest } from './pdu/request.ts';
import { parseResponse } from './pdu/response.ts';
import type { ModbusOptions } from './protocol.ts';
import { pduOf, readAnswer, readQuestion } from './question.ts';
import { type Asked, isAbout, lowerModbus, ModbusFirewall } from './rules.ts';

const ANY = { units: [], functions: [], registers: [], values: [], log: false };
const READING = Array.from({ length: 127 }, (_, index) => index + 1).filter(isRead);
/** Whoever asks while a gate is closed is answered, so that no master waits in vain. */
const REFUSED = { ...ANY, id: CLOSED, action: 'reject', log: true } as const;

export const modbusWords: ProtocolWords = {
  ...{ name: 'modbus', device, question, needs, describe, guard },
  gated: {
    open: [
      { ...ANY, id: 'open', action: 'accept' },
      { ...REFUSED, exception: 'illegal-function' },
    ],
    block: [{ ...REFUSED, exception: 'gateway-path-unavailable' }],
    readOnly: [
      { ...ANY, id: 'reads', functions: READING, action: 'accept' },
      { ...REFUSED, exception: 'illegal-function' },
    ],
  },
};

/** A device on the network is claimed as a port is: two owners would ask it across each other. */
function device(settings: LineSettings): string | undefined {
  const { carrier, path, host, port } = settings as unknown as ModbusOptions;
  if (carrier === 'rtu') return path;
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function question(payload: unknown): Question {
  const words = readQuestion(payload);
  const pdu = pduOf(words);
  const request = Uint8Array.of(words.unit, ...pdu);
  return { request, words, answer: bytes => readAnswer(words, pdu, bytes) };
}

function needs(request: Uint8Array): 'read' | 'write' {
  return isRead(u8(request, 1)) ? 'read' : 'write';
}

function describe({ frame, answer }: LineFrame): Readonly<Record<string, unknown>> {
  const bytes = Buffer.from(frame, 'hex');
  const pdu = bytes.subarray(1);
  const parsed = parseRequest(pdu);
  const asked = 'exception' in parsed ? { request: pdu.toString('hex') } : parsed;
  return { unit: bytes[0], ...asked, ...answerWords(pdu, answer) };
}

function answerWords(request: Uint8Array, answer: string | undefined): Readonly<Record<string, unknown>> {
  if (answer === undefined || answer === '') return { answered: false };
  const parsed = parseResponse(request, Buffer.from(answer, 'hex'));
  if ('misfit' in parsed) return { answered: true, answer };
  if ('exception' in parsed) return { answered: true, exception: parsed.exception };
  if ('bits' in parsed) return { answered: true, values: parsed.bits };
  return 'registers' in parsed ? { answered: true, values: parsed.registers } : { answered: true };
}

/** What fits no rule is answered, so that the master does not wait for it in vain, and told, so that a rule can be made of it. */
const OTHERWISE = { action: 'reject', exception: 'illegal-function', log: true } as const;

/** Answers to requests that were let pass need no rule, and only VMs ask: rules for what others ask are left out. */
function guard(firewall: string, rules: readonly LineRule[]): GuardPrograms {
  const { otherwise, rules: all } = readFirewall(firewall, rules);
  return { fromVm: lowerModbus({ otherwise, rules: all.filter(rule => isAbout(rule, 'from-vm')) }) };
}

/** Programs of a firewall where anybody may ask. Rules have the same places in all of them. */
export type AskedPrograms = Readonly<Record<Asked, FilterProgram>>;

/** @throws GatewrightError GW_LINE_RULE */
export function askedPrograms(firewall: string, rules: readonly LineRule[]): AskedPrograms {
  const checked = readFirewall(firewall, rules);
  const programOf = (asked: Asked) => lowerModbus(checked, asked);
  return { 'from-vm': programOf('from-vm'), 'to-vm': programOf('to-vm'), unknown: programOf('unknown') };
}

function readFirewall(firewall: string, rules: readonly LineRule[]): ModbusFirewall {
  const checked = ModbusFirewall.safeParse({ rules, otherwise: OTHERWISE });
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new GatewrightError('GW_LINE_RULE', `${firewall} has a rule that is none: ${where} ${issue?.message ?? ''}`);
}
