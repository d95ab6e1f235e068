// What a tap heard, in values: one message for each request and what became of it.
import type { LineFrame } from '../../runtime/model/line-frame.ts';
import { parseRequest } from '../../runtime/protocols/modbus/pdu/request.ts';
import { parseResponse } from '../../runtime/protocols/modbus/pdu/response.ts';

/** The payload of a tapped message. Bytes that are no Modbus stay as they are, in hex. */
export function heardPayload(frame: LineFrame): Readonly<Record<string, unknown>> {
  const { atMs, end: from, refusedBy } = frame;
  const bytes = Buffer.from(frame.frame, 'hex');
  const [unit] = bytes;
  const request = bytes.subarray(1);
  const parsed = parseRequest(request);
  const asked = 'exception' in parsed ? { request: request.toString('hex') } : parsed;
  return { atMs, from, unit, ...asked, ...answerOf(request, frame), ...(refusedBy === undefined ? {} : { refusedBy }) };
}

function answerOf(request: Uint8Array, { answer }: LineFrame): Readonly<Record<string, unknown>> {
  if (answer === undefined || answer === '') return { answered: false };
  const parsed = parseResponse(request, Buffer.from(answer, 'hex'));
  if ('misfit' in parsed) return { answered: true, answer };
  if ('exception' in parsed) return { answered: true, exception: parsed.exception };
  if ('bits' in parsed) return { answered: true, values: parsed.bits };
  return 'registers' in parsed ? { answered: true, values: parsed.registers } : { answered: true };
}
