// Where a bundle comes from: a file of this machine or a web server. Whole, of bounded size, or an error.
import { open } from 'node:fs/promises';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import { ioError } from '../local-files.ts';
import { MAX_BUNDLE_BYTES } from './bundle.ts';
import { unusable } from './verify.ts';

const MOST_REDIRECTS = 5;
/** A server that sends nothing for so long has gone. */
const SILENCE_MS = 30_000;

export interface SourceOptions {
  /** Default {@link MAX_BUNDLE_BYTES}. */
  readonly maxBytes?: number;
  /** Default 30,000. */
  readonly silenceMs?: number;
  /** Bytes so far, and all of them when that is known. */
  readonly progress?: (done: number, all: number | undefined) => void;
}

/**
 * Reads a bundle.
 * @param source  a path, or an address that begins with http:// or https://
 * @throws GatewrightError GW_IMAGE_UNUSABLE when it is too large, GW_HOST_IO when it cannot be had
 */
export function readBundleSource(source: string, options: SourceOptions = {}): Promise<Buffer> {
  return /^https?:\/\//i.test(source) ? download(source, options) : readBundleFile(source, options);
}

async function readBundleFile(path: string, { maxBytes = MAX_BUNDLE_BYTES }: SourceOptions): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > maxBytes) throw tooLarge(path, maxBytes);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw cause instanceof GatewrightError ? cause : ioError('read', path, cause);
  }
}

async function download(source: string, options: SourceOptions): Promise<Buffer> {
  const silence = new AbortController();
  const waitMs = options.silenceMs ?? SILENCE_MS;
  const timer = setTimeout(() => silence.abort(new Error(`it said nothing for ${waitMs / 1000} s`)), waitMs);
  try {
    const response = await follow(source, silence.signal);
    return await collect(response, source, options, () => timer.refresh());
  } catch (cause) {
    throw cause instanceof GatewrightError ? cause : unreachable(source, cause);
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** Redirects by hand: never away from the web, and never from a protected connection to an open one. */
async function follow(source: string, signal: AbortSignal): Promise<Response> {
  let url = new URL(source);
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await fetch(url, { redirect: 'manual', signal });
    if (response.ok) return response;
    const target = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    await response.body?.cancel();
    if (target === null) throw new Error(`it answers ${response.status}`);
    const next = new URL(target, url);
    if (next.protocol !== 'https:' && next.protocol !== url.protocol)
      throw new Error(`it sends us on to ${next.protocol}`);
    url = next;
  }
  throw new Error(`it sends us on more than ${MOST_REDIRECTS} times`);
}

async function collect(
  response: Response,
  source: string,
  { maxBytes = MAX_BUNDLE_BYTES, progress }: SourceOptions,
  heard: () => void,
): Promise<Buffer> {
  const said = response.headers.get('content-length');
  const all = said === null ? undefined : Number(said);
  if (all !== undefined && all > maxBytes) throw tooLarge(source, maxBytes);
  const chunks: Uint8Array[] = [];
  let done = 0;
  for await (const chunk of response.body ?? []) {
    heard();
    done += chunk.length;
    if (done > maxBytes) throw tooLarge(source, maxBytes);
    chunks.push(chunk);
    progress?.(done, all);
  }
  return Buffer.concat(chunks);
}

function tooLarge(source: string, maxBytes: number): GatewrightError {
  return unusable(source, `it is larger than ${maxBytes} bytes`);
}

function unreachable(source: string, cause: unknown): GatewrightError {
  const inner = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
  const message = `cannot fetch ${source} (${inner}); check the address, or fetch the file by other means and name it`;
  return new GatewrightError('GW_HOST_IO', message, { cause });
}
