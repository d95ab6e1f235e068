// What a message asks of a device, and what it is answered, in values: `{unit, function, address, quantity}` to read,
// `{unit, function, address, value}` or `values` to write. Functions of the Modbus Application Protocol V1.1b3, clause 6.
import { z } from 'zod';
import { GatewrightError } from '../../model/errors.ts';
import { exceptionWords } from './pdu/functions.ts';
import { buildRequest, type ModbusRequest } from './pdu/request.ts';
import { parseResponse } from './pdu/response.ts';

const Word = z.number().int().min(0).max(0xffff);
const place = { unit: z.number().int().min(0).max(255), address: Word };
const read = { ...place, quantity: z.number().int().min(1).max(2000).default(1) };
/** One value may stand alone. */
const list = <T extends z.ZodType>(value: T) =>
  z.union([z.array(value).min(1).max(2000), value.transform(one => [one])]);
const Bit = z.union([z.boolean(), z.literal(0).transform(() => false), z.literal(1).transform(() => true)]);

const ModbusQuestion = z.discriminatedUnion('function', [
  z.object({ function: z.literal(1), ...read }),
  z.object({ function: z.literal(2), ...read }),
  z.object({ function: z.literal(3), ...read }),
  z.object({ function: z.literal(4), ...read }),
  z.object({ function: z.literal(5), ...place, value: Bit }),
  z.object({ function: z.literal(6), ...place, value: Word }),
  z.object({ function: z.literal(15), ...place, values: list(Bit) }),
  z.object({ function: z.literal(16), ...place, values: list(Word) }),
]);
export type ModbusQuestion = z.infer<typeof ModbusQuestion>;
type Values = readonly (number | boolean)[];

/** Reads a payload. @throws GatewrightError GW_MODBUS_REQUEST in words */
export function readQuestion(payload: unknown): ModbusQuestion {
  const asked = ModbusQuestion.safeParse(withOneValue(payload));
  if (asked.success) return asked.data;
  const [issue] = asked.error.issues;
  const where = issue?.path.length ? `payload.${issue.path.join('.')}` : 'payload';
  throw new GatewrightError(
    'GW_MODBUS_REQUEST',
    `${where} does not fit (${issue?.message}); send {unit, function, address, quantity} to read, with value or values to write`,
  );
}

/** What writes one value may have it in a list, as what writes several has. */
function withOneValue(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || 'value' in payload || !('values' in payload)) return payload;
  const { values } = payload;
  const writesOne = 'function' in payload && (payload.function === 5 || payload.function === 6);
  return writesOne && Array.isArray(values) && values.length === 1 ? { ...payload, value: values[0] } : payload;
}

/** The PDU of a question. */
export function pduOf({ unit: _, ...request }: ModbusQuestion): Uint8Array {
  return buildRequest(request satisfies ModbusRequest);
}

/**
 * The values of an answer: those that were read, or those that were written.
 * @param pdu     of the question
 * @param answer  empty = nobody answers, as what is said to everybody
 * @throws GatewrightError GW_MODBUS_EXCEPTION when the device refused, GW_MODBUS_ANSWER
 */
export function readAnswer(question: ModbusQuestion, pdu: Uint8Array, answer: Uint8Array): Values {
  const { unit } = question;
  if (answer.length === 0) return writtenBy(question);
  const response = parseResponse(pdu, answer);
  if ('misfit' in response) throw new GatewrightError('GW_MODBUS_ANSWER', `unit ${unit} answered: ${response.misfit}`);
  if ('exception' in response)
    throw new GatewrightError(
      'GW_MODBUS_EXCEPTION',
      `unit ${unit} refused: ${exceptionWords(response.exception)} (${response.exception}); check its manual`,
    );
  if ('bits' in response) return response.bits;
  return 'registers' in response ? response.registers : writtenBy(question);
}

function writtenBy(question: ModbusQuestion): Values {
  if ('values' in question) return question.values;
  return 'value' in question ? [question.value] : [];
}
