// Exceptions from drawings, one file a gateway. Read anew each time: the command line and the editor share them.
import { z } from 'zod';
import type { Host } from '../host/host.ts';
import type { Name } from '../model/address.ts';
import { DriftException } from '../model/drift.ts';
import { GatewrightError } from '../model/errors.ts';
import { isLive } from '../plan/exceptions.ts';
import { isAt } from './drift-place.ts';
import { inTurn } from './in-turn.ts';

/** More is no exception but another drawing. */
const MOST_EXCEPTIONS = 100;
/** How long one that has ended is kept: until then an apply that came in between is no excuse. */
const KEPT_MS = 366 * 24 * 3600 * 1000;

const Stored = z.strictObject({ version: z.literal(1), exceptions: z.array(DriftException).max(MOST_EXCEPTIONS) });

export interface ExceptionStore {
  /** @throws GatewrightError GW_EXCEPTIONS_UNREADABLE: without them, what somebody let stand would be undone */
  read(gateway: Name): Promise<readonly DriftException[]>;
  /**
   * Changes those of a gateway, one change after the other.
   * @throws as `read`; GatewrightError GW_EXCEPTION_REFUSED when there are too many, or one that could not be read again
   */
  change(gateway: Name, edit: (before: readonly DriftException[]) => readonly DriftException[]): Promise<void>;
}

/** Where they are, below the folder of the platform. A gateway cannot have this name: of it is a folder, too. */
export function exceptionsFolder(stateDirectory: string): string {
  return `${stateDirectory}/_exceptions`;
}

/** @param folder  where the files live; made when needed */
export function openExceptions(host: Host, folder: string): ExceptionStore {
  const ordered = inTurn();
  const pathOf = (gateway: Name) => `${folder}/${gateway}.json`;
  const read = async (gateway: Name) => parseFile(await host.readFile(pathOf(gateway)), pathOf(gateway));
  const write = async (gateway: Name, exceptions: readonly DriftException[]) => {
    if (exceptions.length > MOST_EXCEPTIONS)
      throw new GatewrightError(
        'GW_EXCEPTION_REFUSED',
        `${gateway} has ${MOST_EXCEPTIONS} exceptions already; end some, or draw what is`,
      );
    if (exceptions.length === 0) return host.remove(pathOf(gateway));
    const text = `${JSON.stringify({ version: 1, exceptions }, undefined, 1)}\n`;
    if (!Stored.safeParse(JSON.parse(text)).success)
      throw new GatewrightError(
        'GW_EXCEPTION_REFUSED',
        'a field that differs has a name too long to be kept; apply the whole plan, or draw what is',
      );
    await host.writeFile(pathOf(gateway), text);
  };
  return {
    read,
    change: (gateway, edit) => ordered(async () => write(gateway, edit(await read(gateway)))),
  };
}

/**
 * Those of a gateway with some more, each in place of the one at its place. Ended ones make room when there are too many: the
 * longest ended first.
 */
export function adding(
  before: readonly DriftException[],
  added: readonly DriftException[],
  nowMs: number,
): readonly DriftException[] {
  const others = before.filter(one => !added.some(each => isAt(one, each)) && one.untilMs + KEPT_MS > nowMs);
  const ended = others.filter(one => !isLive(one, nowMs)).sort((one, other) => one.untilMs - other.untilMs);
  const gone = new Set(ended.slice(0, Math.max(0, others.length + added.length - MOST_EXCEPTIONS)));
  return [...others.filter(one => !gone.has(one)), ...added];
}

function parseFile(text: string | undefined, path: string): readonly DriftException[] {
  if (text === undefined) return [];
  try {
    return Stored.parse(JSON.parse(text)).exceptions;
  } catch (cause) {
    throw new GatewrightError('GW_EXCEPTIONS_UNREADABLE', `${path} does not hold exceptions; mend it, or remove it`, {
      cause,
    });
  }
}
