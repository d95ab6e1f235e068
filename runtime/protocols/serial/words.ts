// What bytes and messages of a plain serial line mean: nothing but themselves. It has no frames and no rules.
import { GatewrightError } from '../../model/errors.ts';
import type { LineSettings } from '../../model/kinds/line.ts';
import { givenBytes } from '../given-bytes.ts';
import type { ProtocolWords, Question } from '../words.ts';
import type { SerialOptions } from './protocol.ts';

export const serialWords: ProtocolWords = {
  name: 'serial',
  device: (settings: LineSettings) => (settings as unknown as SerialOptions).path,
  question,
  needs: () => 'write',
  describe: ({ frame }) => ({ data: frame }),
};

/** A Buffer, a text as it is, or `{ data }` with bytes in an array or in hex, as a tap gives them. */
function question(payload: unknown): Question {
  const request = bytesOf(payload);
  if (typeof request === 'string')
    throw new GatewrightError('GW_SERIAL_BYTES', `the bytes to send ${request}; send a Buffer, a text or {data}`);
  if (request.length === 0) throw new GatewrightError('GW_SERIAL_BYTES', 'there is nothing to send; send some bytes');
  const words = { data: Buffer.from(request).toString('hex') };
  return { request, words, answer: () => words };
}

function bytesOf(payload: unknown): Uint8Array | string {
  if (typeof payload === 'string') return Buffer.from(payload, 'utf8');
  const isNamed = typeof payload === 'object' && payload !== null && 'data' in payload;
  return givenBytes(isNamed ? payload.data : payload);
}
