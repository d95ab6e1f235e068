// `gatewright secret`: what the lines of a gateway log in with. A secret is never an argument, which others could see, and is
// never shown again.
import { existsSync } from 'node:fs';
import { MOST_SECRET_BYTES, SecretStore } from '../../host/secret-store.ts';
import { quoted } from '../../model/plain-text.ts';
import { readBounded } from '../bounded-file.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import type { CliDocument } from '../shapes.ts';
import type { Terminal } from '../terminal.ts';

const WANTED = {
  file: 'a file with the secret',
  inFolder: 'the file of the secret',
  limitBytes: MOST_SECRET_BYTES + 2,
};

/**
 * Stores a secret that is typed or piped in, in place of an older one.
 * @param folder  state folder of the gateway's agent
 * @throws UsageError, GatewrightError GW_SECRET_UNFIT, GW_HOST_IO
 */
export async function setSecret(terminal: Terminal, folder: string, name: string): Promise<ExitCode> {
  const secret = process.stdin.isTTY ? await typed(terminal, name) : await piped();
  if (secret === undefined) {
    terminal.result(documentOf('set', false, []), ['Nothing was stored.']);
    return EXIT.findings;
  }
  const isKnown = existsSync(folder);
  await new SecretStore(folder).set(name, secret);
  // A name with a slip in it is the name of another gateway.
  if (!isKnown)
    terminal.notice(`No agent has had its state in ${folder} so far; see whether --gateway and --backend are right.`);
  terminal.result(documentOf('set', true, [name]), [
    `${name} is stored; connections that are made from now on use it.`,
  ]);
  return EXIT.ok;
}

/** Names all secrets. @param folder  state folder of the gateway's agent @throws GatewrightError GW_HOST_IO */
export async function listSecrets(terminal: Terminal, folder: string): Promise<ExitCode> {
  const names = await new SecretStore(folder).list();
  terminal.result(documentOf('list', true, names), names.length === 0 ? [`There are no secrets in ${folder}.`] : names);
  return EXIT.ok;
}

/**
 * Removes a secret; exits with 1 when there is none.
 * @param folder  state folder of the gateway's agent
 * @throws GatewrightError GW_SECRET_UNFIT, GW_HOST_IO
 */
export async function removeSecret(terminal: Terminal, folder: string, name: string): Promise<ExitCode> {
  const removed = await new SecretStore(folder).remove(name);
  const words = removed ? `${name} is removed; connections that are open stay.` : `There is no secret ${quoted(name)}.`;
  terminal.result(documentOf('remove', removed, removed ? [name] : []), [words]);
  return removed ? EXIT.ok : EXIT.findings;
}

function documentOf(action: 'set' | 'list' | 'remove', ok: boolean, names: readonly string[]): CliDocument<'secret'> {
  return { version: 1, command: 'secret', ok, action, names: [...names] };
}

/** `undefined` when nothing was typed, or not the same twice. @throws UsageError where nobody can be asked */
async function typed(terminal: Terminal, name: string): Promise<string | undefined> {
  if (!terminal.interactive) throw new UsageError('the secret would be seen here; pipe it in, as with < FILE');
  const secret = await terminal.askSecret(`Secret ${name}: `);
  if (secret === undefined) return undefined;
  if ((await terminal.askSecret('The same again: ')) === secret) return secret;
  terminal.notice('The second was another one.');
  return undefined;
}

/** Without the end of line that editors and `echo` put behind it. @throws UsageError when it is too long or no text */
async function piped(): Promise<string> {
  const text = await readBounded('-', WANTED);
  if (text === undefined) throw new UsageError(`that is more than ${MOST_SECRET_BYTES} bytes; a secret is shorter`);
  if (text.includes('\u{fffd}')) throw new UsageError('that is no text in UTF-8; give a password, a token or PEM');
  return text.replace(/\r?\n$/, '');
}
