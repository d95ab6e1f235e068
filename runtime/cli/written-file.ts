// Writes what a command made into a file that somebody named.
import { writeFile } from 'node:fs/promises';
import { messageOf } from '../model/errors.ts';
import { UsageError } from './exit.ts';

/** @throws UsageError when it cannot be written */
export async function writeNamed(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    throw new UsageError(`${path} cannot be written (${messageOf(cause)}); name another file`);
  });
}
