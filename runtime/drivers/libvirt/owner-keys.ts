// The keys of the owner of the box: what they signed, and nothing else, is what a guest with Secure Boot starts. One certificate is
// platform key, exchange key and signature database at once, as nobody else has a say (UEFI specification, 32.3).
import { type Host, runChecked } from '../../host/host.ts';
import { OVMF } from './firmware.ts';

export interface OwnerKeys {
  /** PEM files. */
  readonly key: string;
  readonly certificate: string;
  /** What the firmware of a guest remembers when it starts for the first time: that the owner is its owner. */
  readonly variables: string;
}

/** No guest outlives it. */
const DAYS = '18250';

/**
 * The keys, made when there are none.
 * @param folder  of the driver's state
 * @throws GatewrightError GW_HOST_PROGRAM_MISSING without openssl or efitools, GW_HOST_COMMAND_FAILED
 */
export async function ownerKeys(host: Host, folder: string, signal?: AbortSignal): Promise<OwnerKeys> {
  const home = `${folder}/owner`;
  const keys = { key: `${home}/owner.key`, certificate: `${home}/owner.pem`, variables: `${home}/variables.fd` };
  // The last file is put in its place when all of it is made.
  if (!(await host.list(home)).includes('variables.fd')) await make(host, folder, keys, signal);
  return keys;
}

async function make(host: Host, folder: string, keys: OwnerKeys, signal: AbortSignal | undefined): Promise<void> {
  const run = (...argv: readonly [string, ...string[]]) => runChecked(host, argv, { signal });
  const [list, draft] = [`${folder}/owner/owner.esl`, `${folder}/owner/draft.fd`];
  // Creates the folder, for our own user only; openssl then writes over it.
  await host.writeFile(keys.key, '');
  const certificate = [
    '-x509',
    '-newkey',
    'rsa:3072',
    '-sha256',
    '-nodes',
    '-days',
    DAYS,
    '-subj',
    '/CN=Gatewright owner/',
  ];
  await run('openssl', 'req', '-new', ...certificate, '-keyout', keys.key, '-out', keys.certificate);
  await run('cert-to-efi-sig-list', keys.certificate, list);
  await run('cp', OVMF.variables, draft);
  // The platform key comes last: with it the firmware begins to enforce.
  for (const name of ['db', 'KEK', 'PK']) await run('flash-var', draft, name, list);
  await run('mv', draft, keys.variables);
}
