// The commands below `attest` that ask the agent of a gateway: how its machines stand, and the decisions that are people's.
import { userInfo } from 'node:os';
import { type Attestation, MachineName } from '../../model/attestation.ts';
import { quoted } from '../../model/plain-text.ts';
import { attestationLines } from '../attestation-text.ts';
import { readBounded } from '../bounded-file.ts';
import type { CliContext } from '../context.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { type NamedGatewayOption, withNamedGateway } from '../named-gateway.ts';
import type { CliDocument } from '../shapes.ts';
import type { Terminal } from '../terminal.ts';

const TOKEN = { file: 'a file with the token', inFolder: 'the file of the token', limitBytes: 1024 };

export interface EnrolOption extends NamedGatewayOption {
  /** The token comes on standard input. */
  readonly tokenStdin?: boolean;
}

export interface LearnOption extends NamedGatewayOption {
  /** Do not ask. */
  readonly yes?: boolean;
}

/** Exits with 1 when a gate is closed. @throws as {@link withNamedGateway}, and what the agent says, as all of these */
export function attestStatus(context: CliContext, option: NamedGatewayOption): Promise<ExitCode> {
  return withStatus(context, option, 'status', async () => {});
}

export function askNow(context: CliContext, name: string, option: NamedGatewayOption): Promise<ExitCode> {
  const machine = machineNamed(name);
  return withStatus(context, option, 'ask', desk => desk.ask(machine));
}

/** Prints the token and nothing else, so that it can be piped to the machine. */
export function inviteMachine(context: CliContext, name: string, option: NamedGatewayOption): Promise<ExitCode> {
  const machine = machineNamed(name);
  return withNamedGateway(context, option, async ({ attestation }, gateway) => {
    const token = await attestation.invite(machine, person());
    context.terminal.result({ version: 1, command: 'attest-invite', ok: true, gateway, machine, token }, [token]);
    context.terminal.notice(`It is good once, for a day, and for ${machine} only; give it to nobody else.`);
    return EXIT.ok;
  });
}

export async function enrolMachine(context: CliContext, name: string, option: EnrolOption): Promise<ExitCode> {
  const machine = machineNamed(name);
  const token = await tokenOf(context.terminal, option);
  return withStatus(context, option, 'enrol', desk => desk.enrol(machine, token));
}

/** @param key  name of the key that waits, as `attest status` shows it */
export function approveKey(
  context: CliContext,
  name: string,
  key: string,
  option: NamedGatewayOption,
): Promise<ExitCode> {
  const machine = machineNamed(name);
  if (!/^[0-9a-f]{2,200}$/.test(key))
    throw new UsageError(`${quoted(key)} is no key; take the one that attest status shows as waiting`);
  return withStatus(context, option, 'approve', desk => desk.approve(machine, key, person()));
}

export async function learnMachine(context: CliContext, name: string, option: LearnOption): Promise<ExitCode> {
  const machine = machineNamed(name);
  const { terminal } = context;
  const agreed =
    option.yes === true ||
    (await terminal.confirm(`Whatever ${machine} runs now is trusted from now on, and nothing else. Learn it?`));
  if (!agreed) {
    const how = terminal.interactive ? '' : ' Nobody could be asked; say --yes.';
    terminal.notice(`Nothing was learned.${how}`);
  }
  return withStatus(context, option, agreed ? 'learn' : 'status', desk =>
    agreed ? desk.learn(machine, person()) : Promise.resolve(),
  );
}

type Action = CliDocument<'attest-status'>['action'];

async function withStatus(
  context: CliContext,
  option: NamedGatewayOption,
  action: Action,
  work: (desk: Attestation) => Promise<void>,
): Promise<ExitCode> {
  return withNamedGateway(context, option, async ({ attestation }, gateway) => {
    await work(attestation);
    const { machines, gates } = await attestation.status();
    const ok = gates.every(({ openMs }) => openMs > 0);
    const document = { version: 1, command: 'attest-status', ok, gateway, action, machines, gates } as const;
    context.terminal.result(document, attestationLines(gateway, { machines, gates }));
    return ok ? EXIT.ok : EXIT.findings;
  });
}

function machineNamed(name: string): MachineName {
  const machine = MachineName.safeParse(name);
  if (machine.success) return machine.data;
  throw new UsageError(`${quoted(name)} is no machine; it is host, or vm. and the name of a VM`);
}

/** Who decides, for the record. */
function person(): string {
  return userInfo().username;
}

/** A token in the arguments could be seen by everybody on this machine. */
async function tokenOf(terminal: Terminal, { tokenStdin }: EnrolOption): Promise<string> {
  const text = tokenStdin === true ? await readBounded('-', TOKEN) : await terminal.askSecret('Token: ');
  const token = text?.trim() ?? '';
  if (/^[0-9a-f]{64}$/.test(token)) return token;
  throw new UsageError(
    tokenStdin === true || terminal.interactive
      ? 'that is no token; give the one that attest invite printed'
      : 'the token would be seen here; pipe it in with --token-stdin',
  );
}
