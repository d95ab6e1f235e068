// Who did what, when: an append-only log in numbered files of a bounded size and number. Knows nothing of users' rights.
import { z } from 'zod';
import type { Host } from '../host/host.ts';
import { Name } from '../model/address.ts';
import type { AuditEntry } from './platform-port.ts';

/** Entries per file: a file is written anew with every entry, so it stays small. */
const ENTRIES_PER_FILE = 100;
/** Oldest files are removed beyond this: 5,000 entries are kept. */
const MOST_FILES = 50;
const MOST_DETAIL_CHARACTERS = 500;

const Entry = z.strictObject({
  atMs: z.number(),
  user: z.string(),
  action: z.enum(['deploy', 'apply', 'cancel', 'rollback', 'console', 'power', 'attest', 'except']),
  gateway: Name.optional(),
  detail: z.string(),
});

export interface AuditLog {
  /** Newest last; the files in memory: at most 5,000. */
  entries(): readonly AuditEntry[];
  /** Takes note at once and writes in the background, in order. */
  add(entry: AuditEntry): void;
  /** Resolves when everything added so far is on disk. @throws GW_HOST_IO when it could not be written */
  flush(): Promise<void>;
}

interface AuditFile {
  readonly number: number;
  readonly entries: AuditEntry[];
}

/**
 * Opens the log in a folder. What is there is read in the background.
 * @param host    port to the operating system
 * @param folder  where the numbered `.jsonl` files live
 */
export function openAudit(host: Host, folder: string): AuditLog {
  const files: AuditFile[] = [];
  const waiting: AuditEntry[] = [];
  let written: Promise<unknown> = readFiles(host, folder).then(found => files.push(...found));
  const write = async () => {
    const entry = waiting.shift();
    if (entry !== undefined) await append(host, folder, files, entry);
  };
  const enqueue = (work: () => Promise<unknown>) => {
    written = written.catch(() => undefined).then(work); // a failure is told by flush(); the next entry is tried anew
    written.catch(() => undefined);
  };
  return {
    entries: () => [...files.flatMap(file => file.entries), ...waiting],
    add: entry => {
      waiting.push({ ...entry, detail: entry.detail.slice(0, MOST_DETAIL_CHARACTERS) });
      enqueue(write);
    },
    flush: async () => void (await written),
  };
}

async function append(host: Host, folder: string, files: AuditFile[], entry: AuditEntry): Promise<void> {
  const file = fileWithRoom(files);
  file.entries.push(entry);
  const gone = files.splice(0, Math.max(0, files.length - MOST_FILES));
  await store(host, folder, file.number, formatFile(file), gone);
}

function fileWithRoom(files: AuditFile[]): AuditFile {
  const last = files.at(-1);
  if (last !== undefined && last.entries.length < ENTRIES_PER_FILE) return last;
  const fresh = { number: (last?.number ?? 0) + 1, entries: [] };
  files.push(fresh);
  return fresh;
}

async function store(host: Host, folder: string, number: number, text: string, gone: AuditFile[]): Promise<void> {
  await host.writeFile(pathOf(folder, number), text);
  for (const file of gone) await host.remove(pathOf(folder, file.number));
}

async function readFiles(host: Host, folder: string): Promise<AuditFile[]> {
  const numbers = (await host.list(folder)).flatMap(name => /^(\d{6,9})\.jsonl$/.exec(name)?.[1] ?? []).map(Number);
  const files = [];
  for (const number of numbers.sort((a, b) => a - b).slice(-MOST_FILES))
    files.push({ number, entries: parseFile((await host.readFile(pathOf(folder, number))) ?? '') });
  return files;
}

/** A damaged line is skipped: a log that cannot be read whole is still worth reading. */
function parseFile(text: string): AuditEntry[] {
  return text
    .split('\n')
    .flatMap(line => parseLine(line))
    .slice(0, ENTRIES_PER_FILE);
}

function parseLine(line: string): AuditEntry[] {
  try {
    const entry = Entry.safeParse(JSON.parse(line));
    return entry.success ? [entry.data as AuditEntry] : [];
  } catch {
    return [];
  }
}

function formatFile(file: AuditFile): string {
  return file.entries.map(entry => `${JSON.stringify(entry)}\n`).join('');
}

function pathOf(folder: string, number: number): string {
  return `${folder}/${String(number).padStart(6, '0')}.jsonl`;
}
