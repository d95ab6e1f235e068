// Certificates of makers of TPMs whom the owner of the box trusts: those in a folder of his, and the box's own authority, which makes
// the TPMs of VMs.
import type { Host } from '../../host/host.ts';
import { GatewrightError } from '../../model/errors.ts';

/** Of the authority of the box, beside its keys [swtpm_localca(8)]. */
const AUTHORITY = ['issuercert.pem', 'swtpm-localca-rootca-cert.pem'];
const MOST_FILES = 200;

/** @returns certificates as PEM @throws GatewrightError GW_HOST_IO, GW_ATTEST_EK for a folder without any: nobody is trusted then */
export async function trustedMakers(host: Host, folder: string): Promise<readonly string[]> {
  const names = (await host.list(folder)).filter(name => /\.(?:pem|crt)$/.test(name)).sort();
  const makers = await readAll(host, folder, names.slice(0, MOST_FILES));
  if (makers.length > 0) return makers;
  throw new GatewrightError('GW_ATTEST_EK', `there is no certificate of a maker in ${folder}; put one there as .pem`);
}

/** @param folder  of the authority; empty when it has made none yet @throws GatewrightError GW_HOST_IO */
export function ownAuthority(host: Host, folder: string): Promise<readonly string[]> {
  return readAll(host, folder, AUTHORITY);
}

async function readAll(host: Host, folder: string, names: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(names.map(name => host.readFile(`${folder}/${name}`)));
  return texts.filter(text => text !== undefined);
}
