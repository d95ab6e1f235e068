// Reads a flow file from disk, bounded, and compiles it. Knows nothing of gateways.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../compile/compile.ts';
import type { Design } from '../model/design.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { messageOf } from '../model/errors.ts';
import { UsageError } from './exit.ts';

/** The compiler takes 5 MB and says so in a finding; this only keeps an endless input from filling the memory. */
const LIMIT_BYTES = 16 * 1024 * 1024;

export interface Compiled {
  readonly design: Design;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * @param path  file with flow JSON; `-` reads standard input
 * @throws UsageError when it cannot be read or is too large
 */
export function compileFile(path: string): Compiled {
  return compile(readBounded(path), NODE_TYPES);
}

function readBounded(path: string): string {
  let file: number;
  try {
    file = path === '-' ? 0 : openSync(path, 'r');
  } catch (error) {
    throw new UsageError(`cannot open ${path}: ${messageOf(error)}; name a file with flow JSON`);
  }
  try {
    if (path !== '-' && fstatSync(file).isDirectory())
      throw new UsageError(`${path} is a folder; name the flow file in it`);
    return readAll(file, path);
  } finally {
    if (file !== 0) closeSync(file);
  }
}

function readAll(file: number, path: string): string {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(1 << 20);
    const size = readSync(file, chunk);
    if (size === 0) return Buffer.concat(chunks).toString('utf8');
    total += size;
    if (total > LIMIT_BYTES)
      throw new UsageError(`${path} has more than ${LIMIT_BYTES >> 20} MiB; a flow file is smaller`);
    chunks.push(chunk.subarray(0, size));
  }
}
