// `gatewright probe`: the profile of this box, or of another one from a dump. Changes nothing.
import { probe } from '../../hardware/probe.ts';
import type { Host } from '../../host/host.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { jsonText, type Terminal } from '../terminal.ts';

export interface ProbeOption {
  /** Folder that `scripts/collect-hardware.sh` made. */
  readonly from?: string;
}

/** @throws UsageError when the folder holds no dump */
export async function probeCommand(terminal: Terminal, host: Host, { from }: ProbeOption): Promise<ExitCode> {
  if (from !== undefined && !(await holdsDump(host, from)))
    throw new UsageError(`there is no dump in ${from}; make one with sh scripts/collect-hardware.sh ${from}`);
  const profile = await probe(host, from);
  terminal.result({ version: 1, command: 'probe', ok: true, profile }, jsonText(profile).split('\n'));
  return EXIT.ok;
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
