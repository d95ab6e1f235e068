// The keys of the owner of the box: what they signed, and nothing else, is what a guest with Secure Boot starts. One certificate is
// platform key, exchange key and signature database at once, as nobody else has a say (UEFI specification, 32.3).
import { randomUUID } from 'node:crypto';
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
const FOLDER = 'owner';
const DRAFT = /^owner\.[0-9a-f-]{36}$/;

/** Where the keys are, whether they are there or not. @param folder  of the driver's state */
export function ownerKeysIn(folder: string): OwnerKeys {
  return {
    key: `${folder}/owner.key`,
    certificate: `${folder}/owner.pem`,
    variables: `${folder}/variables.fd`,
  };
}

/**
 * The keys, made when there are none. Whoever makes them at the same time gets the same ones.
 * @param state  folder of the driver's state
 * @throws GatewrightError GW_HOST_PROGRAM_MISSING without openssl or efitools, GW_HOST_COMMAND_FAILED
 */
export async function ownerKeys(host: Host, state: string, signal?: AbortSignal): Promise<OwnerKeys> {
  const areThere = async () => (await host.list(state)).includes(FOLDER);
  if (!(await areThere())) {
    const draft = `${state}/${FOLDER}.${randomUUID()}`;
    try {
      await make(host, ownerKeysIn(draft), signal);
      // All of them or none; refused when somebody was faster.
      await runChecked(host, ['mv', '-T', draft, `${state}/${FOLDER}`], { signal });
    } catch (error) {
      if (!(await areThere())) throw error;
    } finally {
      await host.remove(draft);
    }
    // What a kill left behind; who is still at it finds that it was slower.
    for (const name of await host.list(state)) if (DRAFT.test(name)) await host.remove(`${state}/${name}`);
  }
  return ownerKeysIn(`${state}/${FOLDER}`);
}

async function make(host: Host, keys: OwnerKeys, signal: AbortSignal | undefined): Promise<void> {
  const run = (...argv: readonly [string, ...string[]]) => runChecked(host, argv, { signal });
  const list = `${keys.certificate}.esl`;
  // Creates the folder, for our own user only; openssl then writes over it.
  await host.writeFile(keys.key, '');
  const certificate = [
    ...['-x509', '-newkey', 'rsa:3072', '-sha256', '-nodes', '-days', DAYS],
    ...['-subj', '/CN=Gatewright owner/'],
  ];
  await run('openssl', 'req', '-new', ...certificate, '-keyout', keys.key, '-out', keys.certificate);
  await run('cert-to-efi-sig-list', keys.certificate, list);
  await run('cp', OVMF.variables, keys.variables);
  // The platform key comes last: with it the firmware begins to enforce.
  for (const name of ['db', 'KEK', 'PK']) await run('flash-var', keys.variables, name, list);
  await host.remove(list);
}
