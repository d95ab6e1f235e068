// Reads a file that somebody named on the command line, or standard input, bounded. Knows nothing of what is in it.
import { createReadStream } from 'node:fs';
import { messageOf } from '../model/errors.ts';
import { UsageError } from './exit.ts';

/** What should have been named, for whoever named something else. */
export interface Wanted {
  /** `a file with flow JSON` */
  readonly file: string;
  /** `the flow file` */
  readonly inFolder: string;
  readonly limitBytes: number;
}

/**
 * Text of a file as UTF-8; `undefined` when there is too much.
 * @param path  `-` reads standard input
 * @throws UsageError when it cannot be read
 */
export async function readBounded(path: string, wanted: Wanted): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) {
      total += (chunk as Buffer).length;
      if (total > wanted.limitBytes) return undefined;
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw unreadable(path, wanted, error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What is said of a file that cannot be read. @param path  as it was named @param error  whatever reading it threw */
export function unreadable(path: string, wanted: Omit<Wanted, 'limitBytes'>, error: unknown): UsageError {
  return new UsageError(whyUnreadable(path === '-' ? 'standard input' : path, wanted, error));
}

function whyUnreadable(what: string, { file, inFolder }: Omit<Wanted, 'limitBytes'>, error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no file ${what}; name ${file}`;
    case 'EISDIR':
      return `${what} is a folder; name ${inFolder} in it`;
    case 'EACCES':
    case 'EPERM':
      return `you may not read ${what}; change its rights, or name another file`;
    default:
      return `${what} cannot be read (${messageOf(error)}); name ${file}`;
  }
}
