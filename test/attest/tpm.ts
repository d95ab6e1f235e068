// A TPM of a test's own: swtpm with an endorsement certificate from an authority made for it, spoken to by tpm2-tools over
// a socket in the test's folder. Nothing of it is left after `close`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PcrValues } from '../../runtime/attest/quote.ts';
import { HASH_BYTES, type HashName } from '../../runtime/attest/tpm/algorithms.ts';
import { parseSizedPublic, type TpmPublic } from '../../runtime/attest/tpm/public.ts';

/** No tool takes nearly as long, on a busy machine either. */
const WITHIN_MS = 30_000;

/** Handles where swtpm_setup puts the endorsement keys, and the NV indices of their certificates. */
export const EK = {
  rsa: { handle: '0x81010001', certificate: '0x1c00002' },
  ecc: { handle: '0x81010016', certificate: '0x1c00016' },
} as const;

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

export interface TestKey {
  readonly name: string;
  /** TPM2B_PUBLIC. */
  readonly area: Buffer;
  readonly public: TpmPublic;
  /** Path of the key as PEM. */
  readonly pem: string;
  readonly hash: string;
  readonly scheme: string;
}

export interface TestQuote {
  readonly quote: Buffer;
  readonly signature: Buffer;
  readonly pcrs: PcrValues;
  /** The values one after the other, in the order of the selection. */
  readonly values: Buffer;
  /** As tpm2-tools write it: `sha256:0,1+sha384:2`. */
  readonly selection: string;
  readonly nonce: Buffer;
}

export interface TestTpm {
  readonly folder: string;
  path(name: string): string;
  /** Runs a tool to its end. */
  attempt(program: string, ...args: readonly string[]): Promise<Finished>;
  /** As attempt, and throws when it fails. @returns its output */
  run(program: string, ...args: readonly string[]): Promise<string>;
  /** A restricted signing key under an endorsement key. @param algorithm  as tpm2_createak takes it: rsa, ecc, ecc384 */
  makeKey(name: string, algorithm: string, scheme: string, hash: string): Promise<TestKey>;
  quote(key: TestKey, selection: string, nonce: Buffer): Promise<TestQuote>;
  /** Keeps a key in the TPM, so that it is there after a reset. */
  persist(key: TestKey): Promise<void>;
  /** TPM2B_PUBLIC of an endorsement key. */
  endorsementKey(kind: keyof typeof EK): Promise<Buffer>;
  /** Certificate of an endorsement key (DER). */
  endorsementCertificate(kind: keyof typeof EK): Promise<Buffer>;
  /** Certificates of the authority (PEM): the one that signed, and the one that signed that. */
  readonly authority: { readonly issuer: string; readonly root: string };
  /** Switches the TPM off and on again. @param meanwhile  what is done to its state while it is off */
  reset(meanwhile?: () => void): Promise<void>;
  close(): Promise<void>;
}

export async function openTpm(): Promise<TestTpm> {
  const folder = mkdtempSync(join(tmpdir(), 'tpm-'));
  const path = (name: string) => join(folder, name);
  const environment = { ...process.env, TPM2TOOLS_TCTI: `swtpm:path=${path('tpm.sock')}` };
  const attempt = (program: string, ...args: readonly string[]) => finish(program, args, environment, folder);
  const run = async (program: string, ...args: readonly string[]) => {
    const { code, output } = await attempt(program, ...args);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${output}`);
    return output;
  };
  await manufacture(folder, run);
  let program = await startTpm(path);
  const publicOf = async (context: string, file: string) => {
    await run('tpm2_readpublic', '-Q', '-c', context, '-f', 'tss', '-o', path(file));
    await run('tpm2_flushcontext', '-t');
    return readFileSync(path(file));
  };
  return {
    folder,
    path,
    attempt,
    run,
    async makeKey(name, algorithm, scheme, hash) {
      const [context, pem] = [path(`${name}.ctx`), path(`${name}.pem`)];
      const kind = ['-G', algorithm, '-s', scheme, '-g', hash];
      await run('tpm2_createak', '-Q', '-C', EK.rsa.handle, '-c', context, ...kind, '-u', pem, '-f', 'pem');
      await run('tpm2_flushcontext', '-t');
      const area = await publicOf(context, `${name}.tss`);
      return { name, area, public: parseSizedPublic(area), pem, hash, scheme };
    },
    async quote(key, selection, nonce) {
      const [message, signature, values] = ['msg', 'sig', 'pcrs'].map(end => path(`${key.name}.${end}`));
      const files = ['-m', message ?? '', '-s', signature ?? '', '-o', values ?? '', '-F', 'values'];
      const how = ['-g', key.hash, ...(key.scheme === 'rsapss' ? ['--scheme', 'rsapss'] : [])];
      const what = ['-c', path(`${key.name}.ctx`), '-l', selection, '-q', nonce.toString('hex')];
      await run('tpm2_quote', '-Q', ...what, ...files, ...how);
      await run('tpm2_flushcontext', '-t');
      const bytes = readFileSync(values ?? '');
      return {
        ...{ quote: readFileSync(message ?? ''), signature: readFileSync(signature ?? '') },
        ...{ pcrs: pcrValues(bytes, selection), values: bytes, selection, nonce },
      };
    },
    async persist({ name }) {
      const context = path(`${name}.ctx`);
      await run('tpm2_evictcontrol', '-Q', '-C', 'o', '-c', context, '-o', context);
    },
    endorsementKey: kind => publicOf(EK[kind].handle, `ek-${kind}.tss`),
    async endorsementCertificate(kind) {
      await run('tpm2_nvread', '-Q', EK[kind].certificate, '-C', 'o', '-o', path(`ek-${kind}.crt`));
      return readFileSync(path(`ek-${kind}.crt`));
    },
    authority: {
      issuer: readFileSync(path('ca/issuercert.pem'), 'utf8'),
      root: readFileSync(path('ca/swtpm-localca-rootca-cert.pem'), 'utf8'),
    },
    async reset(meanwhile = () => {}) {
      // Without it, the TPM takes many resets for many attempts to guess, and locks itself.
      await run('tpm2_shutdown', '-c');
      await end(program);
      meanwhile();
      program = await startTpm(path);
    },
    async close() {
      await end(program);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Values that stand one after the other, by bank and number. */
export function pcrValues(values: Buffer, selection: string): PcrValues {
  const pcrs: Partial<Record<HashName, Record<number, Buffer>>> = {};
  let at = 0;
  for (const part of selection.split('+')) {
    const [bank, numbers = ''] = part.split(':') as [HashName, string?];
    const ofBank: Record<number, Buffer> = {};
    for (const number of numbers.split(',')) {
      ofBank[Number(number)] = values.subarray(at, at + HASH_BYTES[bank]);
      at += HASH_BYTES[bank];
    }
    pcrs[bank] = ofBank;
  }
  return pcrs;
}

async function manufacture(folder: string, run: TestTpm['run']): Promise<void> {
  const path = (name: string) => join(folder, name);
  const lines = (name: string, values: readonly string[]) => writeFileSync(path(name), `${values.join('\n')}\n`);
  await run('mkdir', path('ca'), path('state'));
  lines('setup.conf', [
    'create_certs_tool=/usr/bin/swtpm_localca',
    `create_certs_tool_config=${path('ca.conf')}`,
    `create_certs_tool_options=${path('ca.options')}`,
  ]);
  lines('ca.conf', [
    `statedir=${path('ca')}`,
    `signingkey=${path('ca/signkey.pem')}`,
    `issuercert=${path('ca/issuercert.pem')}`,
    `certserial=${path('ca/certserial')}`,
  ]);
  lines('ca.options', ['--platform-manufacturer Test', '--platform-version 1', '--platform-model Cell']);
  const where = ['--tpm2', '--tpmstate', path('state'), '--config', path('setup.conf')];
  const what = ['--create-ek-cert', '--lock-nvram', '--ecc', '--pcr-banks', 'sha256,sha384', '--overwrite'];
  await run('swtpm_setup', ...where, ...what);
}

async function startTpm(path: TestTpm['path']): Promise<ChildProcess> {
  const sockets = [
    '--server',
    `type=unixio,path=${path('tpm.sock')}`,
    '--ctrl',
    `type=unixio,path=${path('tpm.sock.ctrl')}`,
  ];
  const state = ['--tpm2', '--tpmstate', `dir=${path('state')}`, '--flags', 'not-need-init,startup-clear'];
  const program = spawn('swtpm', ['socket', ...state, ...sockets], { stdio: 'ignore' });
  for (const start = Date.now(); Date.now() - start < WITHIN_MS; await delay(20))
    if (await answers(path('tpm.sock.ctrl'))) return program;
  await end(program);
  throw new Error('swtpm does not listen');
}

function answers(socket: string): Promise<boolean> {
  return new Promise(resolve => {
    const connection = connect(socket, () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}

async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const gone = once(program, 'exit');
  program.kill('SIGTERM');
  await gone;
}

async function finish(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<Finished> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: WITHIN_MS, env, cwd });
  let output = '';
  const hear = (text: Buffer) => {
    output += String(text);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
