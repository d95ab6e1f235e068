// SQLite, as Node.js brings it. Asked for when it is used, so that what needs none of it starts on a Node.js that has none yet.
import { GatewrightError } from '../model/errors.ts';

type Sqlite = typeof import('node:sqlite');

/** @throws GatewrightError GW_HOST_NODE before Node.js 22.13, which has it behind a flag */
export function sqlite(): Sqlite {
  // Node.js before 20.16 cannot even be asked.
  const found: Sqlite | undefined = process.getBuiltinModule?.('node:sqlite');
  if (found !== undefined) return found;
  const fact = `Node.js ${process.version} has no SQLite, which gateways keep their journal in`;
  throw new GatewrightError('GW_HOST_NODE', `${fact}; start this with Node.js 22.13 or later`);
}
