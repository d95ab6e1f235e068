// Reads a request body: JSON only, bounded, and without keys that would reach a prototype. Knows no route.
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { GatewrightError } from '../model/errors.ts';

/** A refusal with the HTTP status it has. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: 'GW_AGENT_REQUEST';

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
    this.code = 'GW_AGENT_REQUEST';
  }
}

/**
 * @param limitBytes  most bytes taken
 * @throws Refusal 400, 413 or 415
 */
export async function readJson(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim();
  if (type !== 'application/json') throw new Refusal(415, 'the body must be application/json; set its content-type');
  return parseJson(await readBytes(request, limitBytes));
}

async function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const tooLarge = () => new Refusal(413, `a request may have ${limitBytes} bytes; send a smaller design`);
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let total = 0;
  // WHY: leaving the loop early must not cut the connection, or the sender never reads why it was refused.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), refusePrototype);
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new Refusal(400, 'the body is not JSON in UTF-8; nothing was changed');
  }
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Refusal(400, 'the body has a key __proto__; no request has one');
  return value;
}

/** Checks something from outside against its shape. @throws GatewrightError GW_AGENT_REQUEST that names what is wrong */
export function parseRequest<T>(shape: z.ZodType<T>, value: unknown): T {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const why = z.prettifyError(parsed.error).slice(0, 500);
  throw new GatewrightError('GW_AGENT_REQUEST', `the request does not have the documented shape: ${why}`);
}
