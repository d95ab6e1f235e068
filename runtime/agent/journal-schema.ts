// The journal's tables and how a file is recognized as a journal of ours. Knows no SQL of the daily work.
import type { DatabaseSync } from 'node:sqlite';
import { sqlite } from '../host/sqlite.ts';
import type { Name } from '../model/address.ts';
import { GatewrightError, messageOf } from '../model/errors.ts';

/** 'GWJ1': SQLite keeps it in the header (file format 1.3.17), so a database of somebody else is never taken for ours. */
const APPLICATION_ID = 0x47574a31;
export const SCHEMA_VERSION = 1;

const TABLES = `
CREATE TABLE owner (gateway TEXT NOT NULL) STRICT;
CREATE TABLE generation (
  id INTEGER PRIMARY KEY, number INTEGER NOT NULL, design TEXT NOT NULL, plan TEXT NOT NULL, state TEXT NOT NULL,
  rounds INTEGER NOT NULL, message TEXT NOT NULL, opened_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL) STRICT;
CREATE TABLE step (
  generation INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE, round INTEGER NOT NULL, id TEXT NOT NULL,
  state TEXT NOT NULL, message TEXT NOT NULL, changed_ms INTEGER NOT NULL,
  PRIMARY KEY (generation, round, id)) STRICT, WITHOUT ROWID;
CREATE INDEX applied ON generation (id) WHERE state = 'applied';
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens the journal file for one agent alone: the lock of the file is the lock of the agent, and dies with it.
 * @throws GatewrightError GW_AGENT_LOCKED, GW_JOURNAL_DAMAGED, GW_JOURNAL_NEWER, GW_JOURNAL_IO, GW_HOST_NODE
 */
export function openDatabase(path: string, gateway: Name): DatabaseSync {
  const { DatabaseSync: Database } = sqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new Database(path, { timeout: 0, enableForeignKeyConstraints: true });
    prepare(database, path, gateway);
    return database;
  } catch (cause) {
    database?.close();
    throw explain(path, cause);
  }
}

function prepare(database: DatabaseSync, path: string, gateway: Name): void {
  // WHY: an exclusive lock before the first use of the write-ahead log keeps the log's index in memory and everybody
  // else out [SQLite wal.html section 6].
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('BEGIN IMMEDIATE');
  const version = pragma(database, 'user_version');
  if (version === 0 && isEmpty(database)) create(database, gateway);
  else check(database, path, gateway, version);
  database.exec('COMMIT');
}

function create(database: DatabaseSync, gateway: Name): void {
  database.exec(TABLES);
  database.prepare('INSERT INTO owner VALUES (?)').run(gateway);
}

function check(database: DatabaseSync, path: string, gateway: Name, version: number): void {
  if (pragma(database, 'application_id') !== APPLICATION_ID) throw damaged(path, 'it is a database of something else');
  if (version > SCHEMA_VERSION)
    throw new GatewrightError(
      'GW_JOURNAL_NEWER',
      `${path} has format ${version}, this version knows ${SCHEMA_VERSION}; start a newer Gatewright`,
    );
  const health = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (health !== 'ok') throw damaged(path, String(health));
  const owner = database.prepare('SELECT gateway FROM owner').get()?.gateway;
  if (owner !== gateway)
    throw new GatewrightError(
      'GW_JOURNAL_NEWER',
      `${path} is the journal of gateway ${String(owner)}, not of ${gateway}; give each gateway a state directory`,
    );
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
}

/** @param why  a fact about the file */
export function damaged(path: string, why: string, cause?: unknown): GatewrightError {
  return new GatewrightError(
    'GW_JOURNAL_DAMAGED',
    `${path} is not a usable journal (${why}); move it away and start again, what runs is found by its tags`,
    { cause },
  );
}

/** Result codes of SQLite [sqlite.org/rescode.html]: the low byte is the primary one. */
const LOCKED: readonly number[] = [5, 6];
const CORRUPT: readonly number[] = [11, 26];

/** What an error of SQLite means for the agent. */
export function explain(path: string, cause: unknown): unknown {
  if (cause instanceof GatewrightError) return cause;
  const code = Number((cause as { errcode?: unknown }).errcode) & 0xff;
  if (LOCKED.includes(code))
    return new GatewrightError(
      'GW_AGENT_LOCKED',
      `another Gatewright process works with ${path}; wait until it has ended or stop it`,
      { cause },
    );
  if (CORRUPT.includes(code)) return damaged(path, messageOf(cause), cause);
  return new GatewrightError(
    'GW_JOURNAL_IO',
    `cannot use ${path} (${messageOf(cause)}); check the disk and the rights of its folder`,
    { cause },
  );
}
