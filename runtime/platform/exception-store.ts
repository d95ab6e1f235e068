// Exceptions from drawings, one file a gateway. Read anew each time: the command line and the editor share them.
import { z } from 'zod';
import type { Host } from '../host/host.ts';
import type { Name } from '../model/address.ts';
import { DriftException } from '../model/drift.ts';
import { GatewrightError } from '../model/errors.ts';
import { inTurn } from './in-turn.ts';

/** More is no exception but another drawing. */
export const MOST_EXCEPTIONS = 100;

const Stored = z.strictObject({ version: z.literal(1), exceptions: z.array(DriftException).max(MOST_EXCEPTIONS) });

export interface ExceptionStore {
  /** @throws GatewrightError GW_EXCEPTIONS_UNREADABLE: without them, what somebody let stand would be undone */
  read(gateway: Name): Promise<readonly DriftException[]>;
  /** Changes those of a gateway, one change after the other. @throws as `read`; GatewrightError GW_EXCEPTION_REFUSED when there are too many */
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
    if (exceptions.length === 0) await host.remove(pathOf(gateway));
    else await host.writeFile(pathOf(gateway), `${JSON.stringify({ version: 1, exceptions }, undefined, 1)}\n`);
  };
  return {
    read,
    change: (gateway, edit) => ordered(async () => write(gateway, edit(await read(gateway)))),
  };
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
