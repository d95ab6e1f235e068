// `gatewright profile`: reads descriptions of boxes, says what is wrong with them, and writes them for others.
import { BUILT_INS } from '../../hardware/built-in/catalog.ts';
import { exportEve } from '../../hardware/export/eve.ts';
import type { Finding } from '../../hardware/finding.ts';
import { lintProfile } from '../../hardware/lint.ts';
import { probe } from '../../hardware/probe.ts';
import type { BoxProfile } from '../../hardware/profile.ts';
import { MOST_CHARACTERS, readProfile } from '../../hardware/read-profile.ts';
import type { Host } from '../../host/host.ts';
import { GatewrightError } from '../../model/errors.ts';
import { readBounded, type Wanted } from '../bounded-file.ts';
import { counted } from '../counted.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { findingLines } from '../finding-text.ts';
import { jsonText, type Terminal } from '../terminal.ts';

/** Stands before the name of a profile that comes with Gatewright, where a file could be named too. */
const BUILT_IN = 'built-in:';
// A character takes up to three bytes.
const BOX: Wanted = {
  file: 'a file that describes a box',
  inFolder: 'the file',
  limitBytes: 3 * MOST_CHARACTERS,
};

export interface LintOption {
  /** File with the profile of the host that shall honour what is examined. */
  readonly host?: string;
  /** The host is this one. */
  readonly here?: boolean;
}

export interface ExportOption {
  readonly to: string;
}

/** Names the profiles that come with Gatewright. */
export function listProfiles(terminal: Terminal): ExitCode {
  const builtIns = BUILT_INS.map(({ name, profile: { identity } }) => ({
    name,
    vendor: identity.vendor ?? '',
    model: identity.model ?? '',
  }));
  terminal.result(
    { version: 1, command: 'profile', ok: true, action: 'list', builtIns, findings: [] },
    builtIns.map(({ name, vendor, model }) => `${BUILT_IN}${name}: ${vendor} ${model}`),
  );
  return EXIT.ok;
}

/** Prints any description of a box as a profile. @param file  `-` reads standard input */
export async function importProfile(terminal: Terminal, file: string): Promise<ExitCode> {
  const { form, profile, findings } = await readFile(file);
  const ok = isSound(findings);
  if (!terminal.json) terminal.notice(...findingLines(findings));
  terminal.result(
    { version: 1, command: 'profile', ok, action: 'import', form, profile, findings: [...findings] },
    jsonText(profile).split('\n'),
  );
  return ok ? EXIT.ok : EXIT.findings;
}

/** Says what is wrong with a description of a box, and with `--host` or `--here` what that host cannot honour. */
export async function lintCommand(terminal: Terminal, host: Host, file: string, option: LintOption): Promise<ExitCode> {
  if (option.host !== undefined && option.here === true)
    throw new UsageError('--host and --here name two hosts; keep one of them');
  const { form, profile, findings: met } = await readFile(file);
  const findings = [...met, ...lintProfile(profile, await realHost(host, option))];
  const ok = isSound(findings);
  const rows = counted(profile.ports.length, 'row');
  terminal.result({ version: 1, command: 'profile', ok, action: 'lint', form, findings }, [
    ...findingLines(findings),
    findings.length === 0
      ? `Nothing is wrong with the ${rows} of ${file}.`
      : `${counted(findings.length, 'finding')} in ${rows}.`,
  ]);
  return ok ? EXIT.ok : EXIT.findings;
}

async function realHost(host: Host, option: LintOption): Promise<BoxProfile | undefined> {
  if (option.here === true) return probe(host);
  return option.host === undefined ? undefined : (await readFile(option.host)).profile;
}

/** Prints a description of a box in the form of somebody else. @throws UsageError for an unknown form */
export async function exportProfile(terminal: Terminal, file: string, { to }: ExportOption): Promise<ExitCode> {
  if (to !== 'eve') throw new UsageError('--to takes eve; that is the only form that can be written');
  const { form, profile, findings } = await readFile(file);
  const ok = isSound(findings);
  const eve = exportEve(profile);
  if (!terminal.json) terminal.notice(...findingLines(findings));
  terminal.result(
    { version: 1, command: 'profile', ok, action: 'export', form, eve, findings: [...findings] },
    jsonText(eve).split('\n'),
  );
  return ok ? EXIT.ok : EXIT.findings;
}

async function readFile(path: string): Promise<ReturnType<typeof readProfile>> {
  if (path.startsWith(BUILT_IN)) return builtIn(path.slice(BUILT_IN.length));
  const text = await readBounded(path, BOX);
  if (text === undefined)
    throw new GatewrightError('GW_PROFILE_TOO_LARGE', `${path} is larger than ${BOX.limitBytes >> 20} MiB`);
  return readProfile(text);
}

function builtIn(name: string): ReturnType<typeof readProfile> {
  const found = BUILT_INS.find(each => each.name === name);
  if (found !== undefined) return { form: 'profile', profile: found.profile, findings: [] };
  throw new UsageError(`there is no built-in profile ${name}; gatewright profile list names them`);
}

/** Whether everything in a file could be used, or everything that was examined may be relied on. */
function isSound(findings: readonly Finding[]): boolean {
  return findings.every(each => each.severity !== 'error');
}
