// `gatewright keys`: the keys of the owner of a box, by which its VMs with Secure Boot know what they may start. The private key
// stays where it is; what it signs is brought to it.
import { createHash, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { type OwnerKeys, ownerKeys, ownerKeysIn } from '../../drivers/libvirt/owner-keys.ts';
import { type Host, runChecked } from '../../host/host.ts';
import { isGatewrightError } from '../../model/errors.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import type { CliDocument } from '../shapes.ts';
import type { Terminal } from '../terminal.ts';

/** @param state  state folder of the gateway's agent */
const driverFolder = (state: string) => join(state, 'drivers', 'libvirt');

/**
 * Makes the keys, before a VM needs them; those that are there stay.
 * @throws GatewrightError GW_HOST_PROGRAM_MISSING, GW_HOST_COMMAND_FAILED, GW_HOST_IO
 */
export async function createKeys(terminal: Terminal, host: Host, state: string): Promise<ExitCode> {
  const folder = driverFolder(state);
  const before = await certificateIn(host, folder);
  const { certificate } = await ownerKeys(host, folder);
  const words = before === undefined ? 'The keys are made.' : 'There are keys already; they stay as they are.';
  return show(terminal, 'create', certificate, await certificateIn(host, folder), words);
}

/** Shows the certificate; exits with 1 when there are no keys. @throws GatewrightError GW_HOST_IO */
export async function showKeys(terminal: Terminal, host: Host, state: string): Promise<ExitCode> {
  const folder = driverFolder(state);
  const { certificate } = keysIn(folder);
  const none = `There are no keys in ${folder}; the first VM with Secure Boot makes them, or gatewright keys create.`;
  const found = await certificateIn(host, folder);
  return show(terminal, 'show', certificate, found, found === undefined ? none : undefined);
}

/**
 * Signs an EFI program, such as the boot loader of a disk image.
 * @param output  where the signed one goes, which may be the same file
 * @throws UsageError without keys, and for what is no such program; GatewrightError GW_HOST_PROGRAM_MISSING
 */
export async function signProgram(
  terminal: Terminal,
  host: Host,
  state: string,
  { program, output }: { readonly program: string; readonly output: string },
): Promise<ExitCode> {
  const folder = driverFolder(state);
  const found = await certificateIn(host, folder);
  if (found === undefined)
    throw new UsageError(`there are no keys in ${folder}; make them first, with gatewright keys create`);
  const { key, certificate } = keysIn(folder);
  const argv = ['sbsign', '--key', key, '--cert', certificate, '--output', output, '--', program] as const;
  await runChecked(host, argv).catch((error: unknown) => {
    if (!isGatewrightError(error) || error.code !== 'GW_HOST_COMMAND_FAILED') throw error;
    throw new UsageError(`${program} cannot be signed (${error.message}); name a program for UEFI`);
  });
  return show(terminal, 'sign', certificate, found, `${output} is signed.`);
}

const keysIn = (folder: string): OwnerKeys => ownerKeysIn(join(folder, 'owner'));

async function certificateIn(host: Host, folder: string): Promise<X509Certificate | undefined> {
  const text = await host.readFile(keysIn(folder).certificate);
  return text === undefined ? undefined : new X509Certificate(text);
}

function show(
  terminal: Terminal,
  action: CliDocument<'keys'>['action'],
  path: string,
  found: X509Certificate | undefined,
  words: string | undefined,
): ExitCode {
  const lines = words === undefined ? [] : [words];
  if (found === undefined) {
    terminal.result({ version: 1, command: 'keys', ok: false, action }, lines);
    return EXIT.findings;
  }
  const sha256 = createHash('sha256').update(found.raw).digest('hex');
  const certificate = { path, sha256, validTo: found.validToDate.toISOString(), pem: found.toString() };
  terminal.result({ version: 1, command: 'keys', ok: true, action, certificate }, [
    ...lines,
    `certificate  ${path}`,
    `SHA-256      ${sha256}`,
    `valid until  ${certificate.validTo.slice(0, 10)}`,
  ]);
  return EXIT.ok;
}
