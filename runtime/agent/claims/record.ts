// What each agent of a box holds of it: one file in its own state folder, where the agents beside it look. With the folder of an
// agent goes what it held.
import { basename, join } from 'node:path';
import { z } from 'zod';
import { Claim } from '../../hardware/closure/claim.ts';
import type { Host } from '../../host/host.ts';
import { Name } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';

export const RECORD_FILE = 'claims.json';

const ClaimRecord = z.strictObject({
  version: z.literal(1),
  gateway: Name,
  claims: z.array(Claim).max(10_000),
});

/** The folder of one agent among those of all agents of its box. */
export interface RecordPlace {
  readonly host: Pick<Host, 'readFile' | 'writeFile' | 'remove' | 'list'>;
  readonly gateway: Name;
  readonly stateDirectory: string;
  /** Folder with the state folders of all agents of the box. */
  readonly neighbours: string;
}

/** What the others hold. @throws GatewrightError GW_CLAIM_RECORD, GW_HOST_IO */
export async function readNeighbours({ host, neighbours, stateDirectory }: RecordPlace): Promise<readonly Claim[]> {
  const folders = (await host.list(neighbours)).filter(name => name !== basename(stateDirectory));
  return (await Promise.all(folders.map(name => readRecord(host, join(neighbours, name, RECORD_FILE))))).flat();
}

async function readRecord(host: RecordPlace['host'], path: string): Promise<readonly Claim[]> {
  const text = await host.readFile(path);
  if (text === undefined) return [];
  const record = ClaimRecord.safeParse(parseJson(text));
  if (record.success) return record.data.claims;
  const fact = `${path}, which says what another gateway holds of this box, cannot be understood`;
  throw new GatewrightError(
    'GW_CLAIM_RECORD',
    `${fact}; start the agent of that gateway, or delete the file when it is gone`,
  );
}

/** Replaces what we hold, whole or not at all. @throws GatewrightError GW_HOST_IO */
export async function writeRecord(
  { host, gateway, stateDirectory }: RecordPlace,
  claims: readonly Claim[],
): Promise<void> {
  const path = join(stateDirectory, RECORD_FILE);
  if (claims.length === 0) return host.remove(path);
  await host.writeFile(path, `${JSON.stringify({ version: 1, gateway, claims }, null, 2)}\n`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema refuses it
  }
}
