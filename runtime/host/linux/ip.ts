// Asks iproute2: JSON out of `ip` and `bridge`, many changes in one `-batch`. Knows no device of ours.
import { z } from 'zod';
import { GatewrightError } from '../../model/errors.ts';
import type { Host } from '../host.ts';
import { runChecked } from '../host.ts';

export interface IpOptions {
  /** Name of a network namespace under /run/netns; absent = the agent's own. */
  readonly netns?: string;
  readonly signal?: AbortSignal | undefined;
}

/** One command of a batch, word by word: `['link', 'set', 'dev', 'gws0', 'up']`. */
export type BatchLine = readonly string[];

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
/** A word that iproute2's own splitting of a batch line leaves alone. */
const PLAIN_WORD = /^[\w.,:;=/@+-]+$/;

/**
 * Runs many changes in one process, in order, stopping at the first that is refused. No line, no process.
 * @throws GatewrightError GW_HOST_COMMAND_FAILED naming the refused line
 */
export async function ipBatch(host: Host, lines: readonly BatchLine[], options: IpOptions = {}): Promise<void> {
  await batch(host, ['ip', ...inNetns(options), '-batch', '-'], lines, options);
}

/** The same for `bridge` (forwarding tables). */
export async function bridgeBatch(host: Host, lines: readonly BatchLine[], options: IpOptions = {}): Promise<void> {
  await batch(host, ['bridge', ...inNetns(options), '-batch', '-'], lines, options);
}

async function batch(host: Host, argv: [string, ...string[]], lines: readonly BatchLine[], options: IpOptions) {
  if (lines.length === 0) return;
  const input = lines.map(batchText).join('');
  const result = await host.run(argv, { input, signal: options.signal, maxOutputBytes: MAX_OUTPUT_BYTES });
  if (result.code === 0) return;
  throw refused(argv[0], lines, result.stderr);
}

function batchText(line: BatchLine): string {
  const odd = line.find(word => !PLAIN_WORD.test(word));
  if (odd !== undefined)
    throw new GatewrightError('GW_BUG', `${JSON.stringify(odd)} cannot stand in a batch; report this`);
  return `${line.join(' ')}\n`;
}

function refused(program: string, lines: readonly BatchLine[], stderr: string): GatewrightError {
  const at = Number(/Command failed -:(\d+)/.exec(stderr)?.[1]);
  const line = lines[at - 1];
  const said = stderr.replace(/Command failed -:\d+/, '').trim();
  const what = line === undefined ? program : `${program} ${line.join(' ')}`;
  return new GatewrightError('GW_HOST_COMMAND_FAILED', `${what} was refused: ${said.slice(-300)}`);
}

/**
 * Runs several `ip` queries in one process; the answers in the order of the lines.
 * @throws GatewrightError GW_HOST_COMMAND_FAILED, GW_HOST_UNEXPECTED
 */
export async function ipQuery(host: Host, lines: readonly BatchLine[], options: IpOptions = {}): Promise<unknown[]> {
  const argv: [string, ...string[]] = ['ip', ...inNetns(options), '-j', '-d', '-batch', '-'];
  const input = lines.map(batchText).join('');
  const text = await runChecked(host, argv, { input, signal: options.signal, maxOutputBytes: MAX_OUTPUT_BYTES });
  const answers = text.split('\n').filter(line => line.trim() !== '');
  if (answers.length !== lines.length) throw unexpected('ip', `${answers.length} answers to ${lines.length} questions`);
  return answers.map(answer => parseJson('ip', answer));
}

/** All entries of all forwarding tables, unparsed. @throws GatewrightError GW_HOST_COMMAND_FAILED, GW_HOST_UNEXPECTED */
export async function bridgeQuery(host: Host, words: BatchLine, options: IpOptions = {}): Promise<unknown> {
  const argv: [string, ...string[]] = ['bridge', ...inNetns(options), '-j', ...words];
  const text = await runChecked(host, argv, { signal: options.signal, maxOutputBytes: MAX_OUTPUT_BYTES });
  return text.trim() === '' ? [] : parseJson('bridge', text);
}

/** Checks an answer against a schema. @throws GatewrightError GW_HOST_UNEXPECTED with the first offence */
export function checked<T>(program: string, schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw unexpected(program, z.prettifyError(result.error).slice(0, 300));
}

function inNetns(options: IpOptions): string[] {
  return options.netns === undefined ? [] : ['-n', options.netns];
}

function parseJson(program: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unexpected(program, text.slice(0, 200), cause);
  }
}

function unexpected(program: string, what: string, cause?: unknown): GatewrightError {
  return new GatewrightError('GW_HOST_UNEXPECTED', `${program} answered what is not understood: ${what}`, { cause });
}
