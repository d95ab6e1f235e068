// Reads the files of a host, or of a dump of one. What may not be read is simply not known; nothing is ever written.
import type { Host } from '../../host/host.ts';
import { isGatewrightError } from '../../model/errors.ts';
import { cleanText } from '../import/imported.ts';

/** No folder of a real host has nearly as many entries that matter. */
const MOST_NAMES = 4_000;

export interface Reading {
  /** Whole text of a file; `undefined` when there is none or it may not be read. @param path  such as `/proc/cpuinfo` */
  raw(path: string): Promise<string | undefined>;
  /** The same on one line and without spaces around it; empty is `undefined`. */
  text(path: string): Promise<string | undefined>;
  /** A decimal number, or one after `0x`. */
  number(path: string): Promise<number | undefined>;
  /** Names in a folder, 2 before 10; empty when it may not be read. */
  names(path: string): Promise<readonly string[]>;
}

/** @param root  folder of a dump, put before every path; empty for the host itself */
export function openReading(host: Pick<Host, 'readFile' | 'list'>, root: string): Reading {
  const raw = (path: string) => unlessUnreadable(host.readFile(`${root}${path}`), undefined);
  const text = async (path: string) => cleanText(await raw(path));
  return {
    raw,
    text,
    async number(path) {
      const written = await text(path);
      const number = /^(0x[0-9a-f]+|\d+)$/i.test(written ?? '') ? Number(written) : Number.NaN;
      return Number.isSafeInteger(number) ? number : undefined;
    },
    async names(path) {
      const names = await unlessUnreadable(host.list(`${root}${path}`), []);
      return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).slice(0, MOST_NAMES);
    },
  };
}

async function unlessUnreadable<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isGatewrightError(error) && error.code === 'GW_HOST_IO') return otherwise;
    throw error;
  }
}

/** The fields of a `uevent` file: `DRIVER` → `igb`. */
export function ueventFields(text: string | undefined): ReadonlyMap<string, string> {
  const lines = (text ?? '').split('\n').map(line => /^([A-Z0-9_]+)=(.*)$/.exec(line));
  return new Map(lines.flatMap(match => (match === null ? [] : [[match[1] ?? '', match[2] ?? '']])));
}
