// A dump as text, as `scripts/collect-hardware.sh -` prints it: what it holds, and a host whose files these are.
import type { Host } from '../../host/host.ts';
import { GatewrightError } from '../../model/errors.ts';
import { plainText, quoted } from '../../model/plain-text.ts';

/** Shells of some boxes greet before they run anything; a dump begins here. */
const FIRST_LINE = 'gatewright-hardware 1';
const LAST_LINE = 'end';
const PATH = /^\/((proc|sys|dev)\/\P{Cc}{1,1000}|libvirt\.xml)$/u;
const BYTES = /^\s*[0-9a-f]{2}( +[0-9a-f]{2})*\s*$/;

/**
 * @returns the text of each file by its path; what is only named has none
 * @throws GatewrightError GW_HOST_UNEXPECTED when it is no dump, or was cut off
 */
export function readDumpText(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).filter(line => line !== '');
  const first = lines.indexOf(FIRST_LINE);
  if (first === -1) throw unexpected(`it printed no dump but ${quoted(plainText(text.trim(), 100))}`);
  const files = new Map<string, string>();
  let path: string | undefined;
  let digits: string[] = [];
  const close = () => {
    if (path !== undefined) files.set(path, Buffer.from(digits.join(''), 'hex').toString('utf8'));
    path = undefined;
    digits = [];
  };
  for (const line of lines.slice(first + 1)) {
    if (path !== undefined && BYTES.test(line)) {
      digits.push(line.replaceAll(/\s+/g, ''));
      continue;
    }
    close();
    if (line === LAST_LINE) return files;
    const [, what, named = ''] = /^(file|name) (.+)$/.exec(line) ?? [];
    if (what === undefined || !PATH.test(named)) throw unexpected(`its dump holds ${quoted(plainText(line, 100))}`);
    if (what === 'file') path = named;
    else files.set(named, files.get(named) ?? '');
  }
  throw unexpected('its dump was cut off');
}

/** A host that has these files, and folders where they are. */
export function hostOfFiles(files: ReadonlyMap<string, string>): Pick<Host, 'readFile' | 'list'> {
  const folders = new Map<string, Set<string>>();
  for (const path of files.keys())
    for (let end = path.length; end > 0; ) {
      const start = path.lastIndexOf('/', end - 1);
      const folder = path.slice(0, start);
      folders.set(folder, (folders.get(folder) ?? new Set()).add(path.slice(start + 1, end)));
      end = start;
    }
  return {
    readFile: async path => files.get(path),
    list: async path => [...(folders.get(path) ?? [])],
  };
}

function unexpected(why: string): GatewrightError {
  return new GatewrightError('GW_HOST_UNEXPECTED', `the box cannot be probed: ${why}`);
}
