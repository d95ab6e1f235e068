// `gatewright doctor`: whether this box has what the linux back end needs.
import type { Host } from '../../host/host.ts';
import type { CliContext } from '../context.ts';
import { counted } from '../counted.ts';
import { examine } from '../doctor-checks.ts';
import { EXIT, type ExitCode } from '../exit.ts';

export interface DoctorOption {
  readonly libvirtSocket: string;
  readonly imageDirectory: string;
}

export async function doctor(context: CliContext, host: Host, option: DoctorOption): Promise<ExitCode> {
  const checks = await examine(host, { ...option, nodeVersion: process.versions.node, uid: process.getuid?.() ?? -1 });
  const failed = checks.filter(check => check.status === 'failed');
  const lines = checks.flatMap(check => [
    `${check.status.padEnd(8)} ${check.id}: ${check.found}`,
    ...(check.remedy === '' ? [] : [`         ${check.remedy}`]),
  ]);
  const summary =
    failed.length === 0
      ? 'The linux back end can run here.'
      : `The linux back end cannot run here: ${counted(failed.length, 'check')} failed. The simulated one needs none of this.`;
  context.terminal.result({ version: 1, command: 'doctor', ok: failed.length === 0, checks: [...checks] }, [
    ...lines,
    summary,
  ]);
  return failed.length === 0 ? EXIT.ok : EXIT.host;
}
