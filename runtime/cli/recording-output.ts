// Where a recording goes: a file, or standard output for whoever reads it there.
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { GatewrightError, messageOf } from '../model/errors.ts';
import { UsageError } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** @param output  a file; absent = standard output @param text  whether the recording is one that people can read @throws UsageError */
export function checkOutput(terminal: Terminal, output: string | undefined, text: boolean): void {
  if (output !== undefined) return;
  if (terminal.json)
    throw new UsageError('a document and a recording do not go into one stream; name a file by --output');
  if (!text && process.stdout.isTTY)
    throw new UsageError('a pcapng recording is no text; send it into a file, or name one by --output');
}

export interface Output {
  readonly stream: Writable;
  /** Resolves when all is written. @throws GatewrightError GW_HOST_IO */
  finish(): Promise<void>;
}

/** @throws UsageError for a file that cannot be written */
export async function outputOf(path: string | undefined): Promise<Output> {
  if (path === undefined) return { stream: process.stdout, finish: async () => {} };
  const file = await open(path, 'w').catch(cause => {
    throw new UsageError(`${path} cannot be written (${messageOf(cause)}); name another file`);
  });
  const stream = file.createWriteStream();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.once('close', resolve);
  stream.once('error', cause =>
    reject(new GatewrightError('GW_HOST_IO', `${path} cannot be written (${cause.message})`, { cause })),
  );
  promise.catch(() => {}); // told when it is finished
  return {
    stream,
    finish() {
      stream.end();
      return promise;
    },
  };
}
