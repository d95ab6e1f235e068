// Certificates of an authority of our own, made by openssl for one test run.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  readonly folder: string;
  /** Paths and texts (PEM) of the authority, a server called localhost at 127.0.0.1, and a client. */
  readonly paths: Readonly<Record<'authority' | 'server' | 'serverKey' | 'client' | 'clientKey', string>>;
  readonly texts: Readonly<Record<'authority' | 'server' | 'serverKey' | 'client' | 'clientKey', string>>;
  close(): void;
}

const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe', timeout: 20_000 });
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const at = (name: string) => join(folder, name);
  const paths = {
    ...{ authority: at('ca.pem'), server: at('server.pem'), serverKey: at('server.key') },
    ...{ client: at('client.pem'), clientKey: at('client.key') },
  };
  openssl('req', '-x509', ...NEW_KEY, '-subj', '/CN=Test authority', '-keyout', at('ca.key'), '-out', paths.authority);
  const sign = (name: 'server' | 'client', subject: string, extension: string) => {
    const request = at(`${name}.csr`);
    openssl('req', ...NEW_KEY, '-subj', subject, '-keyout', paths[`${name}Key`], '-out', request);
    writeFileSync(at('extensions'), extension);
    const by = ['-CA', paths.authority, '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', '-in', request, ...by, '-extfile', at('extensions'), '-out', paths[name]);
  };
  sign('server', '/CN=localhost', 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  sign('client', '/CN=cell-7', 'extendedKeyUsage=clientAuth\n');
  const texts = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, readFileSync(path, 'utf8')]));
  return {
    ...{ folder, paths, texts: texts as Certificates['texts'] },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
