// What a machine does with a credential: lets its TPM open it, by tpm2_activatecredential.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Credential } from '../../runtime/attest/credential.ts';
import { EK, type Finished, type TestKey, type TestTpm } from './tpm.ts';

/** What stands before the two parts in the files of tpm2-tools. */
const FILE_HEAD = Buffer.from('badcc0de00000001', 'hex');

/** @returns how the tool ended, with the secret when it opened it */
export async function openCredential(
  tpm: TestTpm,
  kind: keyof typeof EK,
  key: TestKey,
  { idObject, encryptedSecret }: Credential,
): Promise<Finished & { readonly secret?: Buffer }> {
  const [session, file, opened] = ['session.ctx', 'credential', 'credential.out'].map(tpm.path) as [
    string,
    string,
    string,
  ];
  writeFileSync(file, Buffer.concat([FILE_HEAD, idObject, encryptedSecret]));
  rmSync(opened, { force: true });
  await tpm.run('tpm2_startauthsession', '--policy-session', '-S', session);
  await tpm.run('tpm2_policysecret', '-Q', '-S', session, '-c', 'e');
  const keys = ['-c', tpm.path(`${key.name}.ctx`), '-C', EK[kind].handle];
  // The key of the larger template takes its empty password too, and its policy is another one.
  const allowed = kind === 'rsa' ? ['-P', `session:${session}`] : [];
  const ended = await tpm.attempt('tpm2_activatecredential', '-Q', ...keys, ...allowed, '-i', file, '-o', opened);
  await tpm.run('tpm2_flushcontext', session);
  await tpm.run('tpm2_flushcontext', '-t');
  return ended.code === 0 ? { ...ended, secret: readFileSync(opened) } : ended;
}
