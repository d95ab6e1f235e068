// The journal in one SQLite file: every change is one transaction that is on the disk before `write` returns.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import type { Name } from '../model/address.ts';
import { GatewayDesign } from '../model/design.ts';
import { messageOf } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Entry, Journal, JournalChange } from './journal.ts';
import { damaged, explain, openDatabase } from './journal-schema.ts';

/** Attempts kept besides the applied ones that a rollback can reach. */
const KEPT_ATTEMPTS = 200;
/** Applied generations kept: how far back one can roll. */
const KEPT_APPLIED = 20;

const Row = z.strictObject({
  id: z.number().int().positive(),
  generation: z.number().int().positive(),
  design: z.string(),
  state: z.enum(['applying', 'rolling-back', 'applied', 'failed', 'cancelled', 'rolled-back']),
  rounds: z.number().int().positive(),
  message: z.string(),
  atMs: z.number().int(),
});
const COLUMNS = 'id, number AS generation, design, state, rounds, message, changed_ms AS atMs';

/**
 * Opens or creates the journal of one gateway's agent and keeps it locked until it is closed.
 * @param path  file; its folder exists
 * @throws GatewrightError GW_AGENT_LOCKED, GW_JOURNAL_DAMAGED, GW_JOURNAL_NEWER, GW_JOURNAL_IO
 */
export function openJournal(path: string, gateway: Name): Journal {
  const database = openDatabase(path, gateway);
  const read = (where: string, limit: number) => readEntries(database, path, where, limit);
  return {
    newest: () => read('', 1)[0],
    applied: limit => read("WHERE state = 'applied'", limit),
    write(change) {
      try {
        transaction(database, () => record(database, change));
      } catch (cause) {
        throw explain(path, cause);
      }
    },
    close: () => database.close(),
  };
}

function transaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function record(database: DatabaseSync, change: JournalChange): void {
  switch (change.type) {
    case 'open':
      recordOpen(database, change);
      return;
    case 'round':
      database
        .prepare('UPDATE generation SET state = ?, rounds = ?, plan = ?, changed_ms = ? WHERE id = ?')
        .run(change.state, change.round, JSON.stringify(change.plan), change.atMs, change.entry);
      addSteps(database, change.entry, change.round, change.plan, change.atMs);
      return;
    case 'step':
      database
        .prepare('UPDATE step SET state = ?, message = ?, changed_ms = ? WHERE generation = ? AND round = ? AND id = ?')
        .run(change.state, change.message ?? '', change.atMs, change.entry, change.round, change.step);
      return;
    case 'close':
      database
        .prepare('UPDATE generation SET state = ?, message = ?, changed_ms = ? WHERE id = ?')
        .run(change.state, change.message, change.atMs, change.entry);
  }
}

function recordOpen(database: DatabaseSync, change: JournalChange & { readonly type: 'open' }): void {
  database
    .prepare(
      "UPDATE generation SET state = 'failed', message = ?, changed_ms = ? WHERE state IN ('applying', 'rolling-back')",
    )
    .run('superseded by a later attempt', change.atMs);
  database
    .prepare("INSERT INTO generation VALUES (?, ?, ?, ?, 'applying', 1, '', ?, ?)")
    .run(
      change.entry,
      change.generation,
      JSON.stringify(change.design),
      JSON.stringify(change.plan),
      change.atMs,
      change.atMs,
    );
  addSteps(database, change.entry, 1, change.plan, change.atMs);
  database
    .prepare(
      `DELETE FROM generation WHERE id <= ? AND id NOT IN
         (SELECT id FROM generation WHERE state = 'applied' ORDER BY id DESC LIMIT ?)`,
    )
    .run(change.entry - KEPT_ATTEMPTS, KEPT_APPLIED);
}

function addSteps(database: DatabaseSync, entry: number, round: number, plan: Plan, atMs: number): void {
  const insert = database.prepare("INSERT INTO step VALUES (?, ?, ?, 'pending', '', ?)");
  for (const step of plan.steps) insert.run(entry, round, step.id, atMs);
}

function readEntries(database: DatabaseSync, path: string, where: string, limit: number): readonly Entry[] {
  const rows = select(database, path, `SELECT ${COLUMNS} FROM generation ${where} ORDER BY id DESC LIMIT ?`, limit);
  return rows.map(row => parseEntry(row, path));
}

function select(database: DatabaseSync, path: string, sql: string, limit: number) {
  try {
    return database.prepare(sql).all(limit);
  } catch (cause) {
    throw explain(path, cause);
  }
}

function parseEntry(row: Record<string, SQLOutputValue>, path: string): Entry {
  try {
    const { design, ...entry } = Row.parse({ ...row });
    return { ...entry, design: GatewayDesign.parse(JSON.parse(design)) };
  } catch (cause) {
    throw damaged(path, `entry ${String(row.id)} does not parse: ${messageOf(cause).slice(0, 300)}`, cause);
  }
}
