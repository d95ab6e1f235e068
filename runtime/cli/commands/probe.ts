// `gatewright probe`: the profile of this box, of one that ssh leads to, or of one from a dump. Changes nothing.
import { fileURLToPath } from 'node:url';
import { probeDump, probeOverSsh, probeThisBox } from '../../hardware/probe-box.ts';
import type { BoxProfile } from '../../hardware/profile.ts';
import { unseenIn } from '../../hardware/unseen.ts';
import type { Host } from '../../host/host.ts';
import { GatewrightError } from '../../model/errors.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { findingLines } from '../finding-text.ts';
import { jsonText, type Terminal } from '../terminal.ts';

const COLLECTOR = fileURLToPath(new URL('../../../scripts/collect-hardware.sh', import.meta.url));
/** What ssh takes as the name of a box and not as an option of its own. */
const SSH_NAME = /^[\w:][\w.@:%+-]{0,254}$/;

export interface ProbeOption {
  /** Folder that `scripts/collect-hardware.sh` made. */
  readonly from?: string;
  /** A box, as ssh takes it. */
  readonly host?: string;
}

/** @throws UsageError when the folder holds no dump, or the name can be none of a box */
export async function probeCommand(terminal: Terminal, host: Host, option: ProbeOption): Promise<ExitCode> {
  const profile = await profileOf(terminal, host, option);
  const findings = unseenIn(profile);
  if (!terminal.json) terminal.notice(...findingLines(findings));
  terminal.result(
    { version: 1, command: 'probe', ok: true, profile, findings: [...findings] },
    jsonText(profile).split('\n'),
  );
  return EXIT.ok;
}

async function profileOf(terminal: Terminal, host: Host, { from, host: name }: ProbeOption): Promise<BoxProfile> {
  if (from !== undefined && name !== undefined)
    throw new UsageError('--from and --host name two boxes; keep one of them');
  if (name !== undefined) return overSsh(terminal, host, name);
  if (from === undefined) return probeThisBox(host);
  if (await holdsDump(host, from)) return probeDump(host, from);
  throw new UsageError(`there is no dump in ${from}; make one with sh scripts/collect-hardware.sh ${from}`);
}

async function overSsh(terminal: Terminal, host: Host, name: string): Promise<BoxProfile> {
  if (!SSH_NAME.test(name)) throw new UsageError('--host takes a name that ssh knows, such as user@box');
  const collector = await host.readFile(COLLECTOR);
  if (collector === undefined)
    throw new GatewrightError('GW_HOST_IO', `there is no ${COLLECTOR}; install Gatewright again`);
  terminal.progress(`asking ${name}`);
  return probeOverSsh(host, name, collector);
}

async function holdsDump(host: Host, folder: string): Promise<boolean> {
  try {
    const names = await host.list(folder);
    return names.includes('proc') || names.includes('sys');
  } catch {
    // A file, or a folder that may not be read: no dump either.
    return false;
  }
}
