// What frames on a line of WebSocket mean: nothing but themselves.
import { GatewrightError } from '../../model/errors.ts';
import type { LineSettings } from '../../model/kinds/line.ts';
import type { LineFrame } from '../../model/line-frame.ts';
import { givenBytes } from '../given-bytes.ts';
import { readLine } from '../json-lines.ts';
import { readableText } from '../readable-text.ts';
import type { ProtocolWords, Question } from '../words.ts';
import { readFrame, spokenFrame } from './line-message.ts';
import type { WebSocketOptions } from './protocol.ts';

export const websocketWords: ProtocolWords = { name: 'websocket', device, question, needs: () => 'write', describe };

/** A port that is listened on is held alone; a client holds nothing. */
function device(settings: LineSettings): string | undefined {
  const { role, address, port } = settings as unknown as WebSocketOptions;
  return role === 'server' && port !== 0 ? `port ${port} of ${address}` : undefined;
}

/** A Buffer, a text as it is, or as a tap gives it: `{text}`, or `{data}` with bytes in an array or in hex. */
function question(payload: unknown): Question {
  const frame = bytesOf(payload);
  const words = wordsOf(frame);
  return { request: Buffer.from(JSON.stringify(spokenFrame(frame))), words, answer: () => words };
}

/** @throws GatewrightError GW_WEBSOCKET_MESSAGE */
function bytesOf(payload: unknown): Uint8Array {
  const named = typeof payload === 'object' && payload !== null ? (payload as Readonly<Record<string, unknown>>) : {};
  const text = typeof payload === 'string' ? payload : named.text;
  if (typeof text === 'string') return Buffer.from(text);
  const bytes = givenBytes('data' in named ? named.data : payload);
  if (typeof bytes !== 'string') return bytes;
  throw new GatewrightError('GW_WEBSOCKET_MESSAGE', `the bytes to send ${bytes}; send a Buffer, a text or {data}`);
}

function describe({ frame }: LineFrame): Readonly<Record<string, unknown>> {
  const bytes = readFrame(readLine(Buffer.from(frame, 'hex')));
  return bytes === undefined ? { bytes: frame } : wordsOf(bytes);
}

/** In the form in which it can be sent again. */
function wordsOf(frame: Uint8Array): Readonly<Record<string, unknown>> {
  const text = readableText(frame);
  return text === undefined ? { data: Buffer.from(frame).toString('hex') } : { text };
}
