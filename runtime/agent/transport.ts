// Requests to an agent's socket, and its answers as checked values. Knows no route.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { GatewrightError } from '../model/errors.ts';
import { BEAT_EVERY_MS } from './line-stream.ts';
import { ErrorAnswer, StreamLine } from './wire-shapes.ts';

/** Longest silence on a connection: more than an observation may take, and six beats of a stream. */
const SILENCE_MS = { answer: 120_000, stream: 6 * BEAT_EVERY_MS } as const;
/** Longest silence before an agent says who it is: it knows that by heart, so another service is soon told apart. */
export const GREETING_MS = 10_000;
/** Most bytes of one answer or one line. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Longest silence in ms; default more than an observation may take. */
  readonly silenceMs?: number;
}

/**
 * Asks for one document.
 * @throws GatewrightError with the agent's own code, GW_AGENT_AWAY, GW_AGENT_PROTOCOL
 */
export async function ask<T>(socketPath: string, question: Ask, shape: z.ZodType<T>): Promise<T> {
  const response = await send(socketPath, question, question.silenceMs ?? SILENCE_MS.answer);
  const text = await readAll(socketPath, response);
  if (response.statusCode !== 200) throw refusalOf(socketPath, text);
  return parse(socketPath, shape, text);
}

/**
 * Asks for a stream of lines and hands out each one as it comes.
 * @throws GatewrightError with the agent's own code, GW_AGENT_AWAY, GW_AGENT_PROTOCOL
 */
export async function* askLines(socketPath: string, question: Ask): AsyncGenerator<StreamLine> {
  const response = await send(socketPath, question, SILENCE_MS.stream);
  if (response.statusCode !== 200) throw refusalOf(socketPath, await readAll(socketPath, response));
  let rest = '';
  for await (const chunk of chunksOf(socketPath, response)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_ANSWER_BYTES) throw notOurs(socketPath, 'one line is longer than any of ours');
    for (const line of lines) yield parse(socketPath, StreamLine, line);
  }
}

function send(socketPath: string, { method, path, body, signal }: Ask, silenceMs: number): Promise<IncomingMessage> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = text === undefined ? {} : jsonHeaders(text);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, method, path, headers, agent: false, ...(signal ? { signal } : {}) });
    request.setTimeout(silenceMs, () => request.destroy(new Error(`silent for ${silenceMs / 1000} s`)));
    request.once('response', resolve);
    // Stays: an error after the answer has begun reaches whoever reads the answer.
    request.on('error', cause => reject(away(socketPath, cause)));
    request.end(text);
  });
}

function jsonHeaders(text: string) {
  return { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
}

async function readAll(socketPath: string, response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of chunksOf(socketPath, response)) {
    text += chunk;
    if (text.length > MAX_ANSWER_BYTES) throw notOurs(socketPath, 'the answer is longer than any of ours');
  }
  return text;
}

async function* chunksOf(socketPath: string, response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) yield chunk as string;
  } catch (cause) {
    throw away(socketPath, cause);
  }
}

function refusalOf(socketPath: string, text: string): GatewrightError {
  const { code, message, address } = parse(socketPath, ErrorAnswer, text);
  return new GatewrightError(code, message, { address });
}

function parse<T>(socketPath: string, shape: z.ZodType<T>, text: string): T {
  const parsed = shape.safeParse(parseJson(socketPath, text));
  if (parsed.success) return parsed.data;
  throw notOurs(
    socketPath,
    z
      .prettifyError(parsed.error)
      .replaceAll(/\s*✖\s*|\s+/g, ' ')
      .trim()
      .slice(0, 300),
  );
}

function parseJson(socketPath: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notOurs(socketPath, 'the answer is not JSON');
  }
}

/** @param why  what is wrong with an answer */
export function notOurs(socketPath: string, why: string): GatewrightError {
  return new GatewrightError(
    'GW_AGENT_PROTOCOL',
    `what answers on ${socketPath} is not an agent of this version (${why}); check what listens there`,
  );
}

function away(socketPath: string, cause: unknown): GatewrightError {
  const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
  return new GatewrightError(
    'GW_AGENT_AWAY',
    `no agent answers on ${socketPath} (${why}); start it there and check that you may use the socket`,
    { cause },
  );
}
