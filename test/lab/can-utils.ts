// The programs of can-utils for a guest that has none: this machine's own, added to the guest's root file system.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type CpioEntry, writeCpio } from '../../scripts/guest/cpio.ts';

const PROGRAMS = ['candump', 'cansend', 'slcand'];

/**
 * A guest's packed root file system with candump, cansend and slcand in it.
 * @param initrd    file of the one without
 * @param programs  files of further programs, by name; they need no libraries
 */
export function initrdWithCan(initrd: string, programs: Readonly<Record<string, string>> = {}): Buffer {
  const own = Object.entries(programs).map(([program, file]) => fileEntry(file, `bin/${program}`));
  // The kernel unpacks one archive after the other.
  return Buffer.concat([readFileSync(initrd), gzipSync(writeCpio([...canUtils(), ...own]))]);
}

/** The programs of can-utils and the libraries they name. */
function canUtils(): CpioEntry[] {
  const programs = PROGRAMS.map(name => `/usr/bin/${name}`);
  const said = execFileSync('ldd', programs, { encoding: 'utf8' });
  const libraries = new Set([...said.matchAll(/(\/\S+) \(0x/g)].map(match => match[1] as string));
  const folders = new Set([...libraries].flatMap(foldersAbove));
  return [
    ...[...folders].sort().map(path => ({ path, mode: 0o040755 })),
    ...[...libraries].map(path => fileEntry(path, path.slice(1))),
    ...programs.map(path => fileEntry(path, path.replace('/usr/', ''))),
  ];
}

function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function fileEntry(from: string, path: string): CpioEntry {
  return { path, mode: 0o100755, data: readFileSync(from) };
}
