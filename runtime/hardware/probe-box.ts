// The profile of a box from all that can be asked about it: its files, and libvirt. Of this box, of one that somebody made a dump
// of, or of one that ssh leads to, where nothing has to be installed.
import { type Host, runChecked } from '../host/host.ts';
import { filledFrom } from './filled-from.ts';
import { hostOfFiles, readDumpText } from './probe/dump-text.ts';
import { askLibvirt, profileOfLibvirt } from './probe/libvirt.ts';
import { probe } from './probe.ts';
import type { BoxProfile } from './profile.ts';

/** Where a dump has what libvirt said. */
const LIBVIRT_FILE = '/libvirt.xml';
/** A small box over a slow line. */
const COLLECT_WITHIN_MS = 120_000;
/** Ten times what the largest known box says. */
const MOST_DUMP_BYTES = 32 * 1024 * 1024;

export async function probeThisBox(host: Host): Promise<BoxProfile> {
  const [profile, said] = await Promise.all([probe(host), askLibvirt(host)]);
  return whole(profile, said);
}

/** @param folder  made by `scripts/collect-hardware.sh` */
export async function probeDump(host: Host, folder: string): Promise<BoxProfile> {
  return whole(await probe(host, folder), await host.readFile(`${folder}${LIBVIRT_FILE}`));
}

/**
 * @param name       of a box, as ssh takes it: `user@box`, or an alias of its configuration
 * @param collector  text of `scripts/collect-hardware.sh`, which runs there
 * @throws GatewrightError GW_HOST_COMMAND_FAILED when ssh does not get there, GW_HOST_PROGRAM_MISSING, GW_HOST_TIMEOUT,
 *   GW_HOST_UNEXPECTED when something else than a dump comes back
 */
export async function probeOverSsh(host: Host, name: string, collector: string): Promise<BoxProfile> {
  const ssh = ['ssh', '-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '--', name] as const;
  const printed = await runChecked(host, [...ssh, 'sh', '-s', '--', '-'], {
    input: collector,
    timeoutMs: COLLECT_WITHIN_MS,
    maxOutputBytes: MOST_DUMP_BYTES,
  });
  const files = readDumpText(printed);
  return whole(await probe(hostOfFiles(files), '', host), files.get(LIBVIRT_FILE));
}

function whole(profile: BoxProfile, libvirt: string | undefined): BoxProfile {
  const other = libvirt === undefined ? undefined : profileOfLibvirt(libvirt);
  return other === undefined ? profile : filledFrom(profile, other);
}
