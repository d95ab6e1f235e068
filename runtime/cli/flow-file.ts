// Reads a flow file from disk or standard input, bounded, and compiles it. Knows nothing of gateways.
import { createReadStream } from 'node:fs';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { type Compiled, compile } from '../compile/compile.ts';
import { messageOf } from '../model/errors.ts';
import { UsageError } from './exit.ts';

/** More bytes than any text of 5 MB characters has. The compiler counts exactly; this keeps an endless input away. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * @param path  file with flow JSON; `-` reads standard input
 * @throws UsageError when it cannot be read
 */
export async function compileFile(path: string): Promise<Compiled> {
  const text = await readBounded(path);
  return text === undefined ? tooLarge() : compile(text, NODE_TYPES);
}

function tooLarge(): Compiled {
  const { design } = compile([], NODE_TYPES);
  const summary = `The flow file has more than ${LIMIT_BYTES >> 20} MB; the most is 5 MB.`;
  const finding = { severity: 'error', code: 'GW_FLOW_TOO_LARGE', summary, source: { node: '' } } as const;
  return { design, diagnostics: [{ ...finding, remedy: 'Split it into several flows.' }] };
}

/** `undefined` when there is too much. */
async function readBounded(path: string): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) {
      total += (chunk as Buffer).length;
      if (total > LIMIT_BYTES) return undefined;
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw new UsageError(unreadable(path === '-' ? 'standard input' : path, error));
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreadable(what: string, error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no file ${what}; name a file with flow JSON`;
    case 'EISDIR':
      return `${what} is a folder; name the flow file in it`;
    case 'EACCES':
    case 'EPERM':
      return `you may not read ${what}; change its rights, or name another file`;
    default:
      return `${what} cannot be read (${messageOf(error)}); name a file with flow JSON`;
  }
}
