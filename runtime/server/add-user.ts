// `npm start -- --add-user NAME --role ROLE`: asks for a password and writes the users file. The password comes from the
// terminal, unseen, or from standard input; never from the command line, where others could read it.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Host } from '../host/host.ts';
import { GatewrightError } from '../model/errors.ts';
import { ROLES, type Role } from './roles.ts';
import { addUser } from './users.ts';

/** @throws GatewrightError GW_CONFIG_INVALID when name, role or password do not fit */
export async function askAndAddUser(host: Host, path: string, name: string, role: string): Promise<void> {
  if (!isRole(role))
    throw new GatewrightError('GW_CONFIG_INVALID', `there is no role ${JSON.stringify(role)}; use ${ROLES.join(', ')}`);
  await addUser(host, path, name, role, await askPassword(name));
  process.stdout.write(`User ${name} may now log in as ${role}. Restart the server to let it know.\n`);
}

function isRole(role: string): role is Role {
  return (ROLES as readonly string[]).includes(role);
}

async function askPassword(name: string): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  if (terminal) process.stdout.write(`Password for ${name}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal });
  const password = await Promise.race([lines.question(''), closed(lines)]);
  lines.close();
  if (terminal) process.stdout.write('\n');
  return password;
}

/** Standard input that ends without a line is an empty password, which is then refused. */
function closed(lines: ReturnType<typeof createInterface>): Promise<string> {
  return new Promise(resolve => lines.once('close', () => resolve('')));
}
