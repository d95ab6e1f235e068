// The composition root of `gatewright COMMAND`: the command line, and the parts each command is given. Nothing else.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { agent } from './cli/commands/agent.ts';
import { apply, destroy } from './cli/commands/apply.ts';
import { doctor } from './cli/commands/doctor.ts';
import { observe } from './cli/commands/observe.ts';
import { drift, plan } from './cli/commands/plan.ts';
import { validate } from './cli/commands/validate.ts';
import type { CliContext } from './cli/context.ts';
import { EXIT, type ExitCode, exitCodeOf, UsageError } from './cli/exit.ts';
import { knownGateways } from './cli/known-gateways.ts';
import { openTerminal, type Terminal } from './cli/terminal.ts';
import { DRIVER_SETS } from './drivers/catalog.ts';
import { localHost } from './host/local.ts';
import { CODES } from './model/codes.ts';
import { isGatewrightError, messageOf } from './model/errors.ts';
import { connectToAgent } from './platform/connect-agent.ts';

const home = resolve(process.env.GATEWRIGHT_HOME ?? join(homedir(), '.gatewright'));
const stateDirectory = join(home, 'gatewright');
const json = process.argv.includes('--json');
const terminal = openTerminal(process, json);

function context(): CliContext {
  const interruption = new AbortController();
  process.once('SIGINT', () => {
    terminal.notice(
      'Stopping at the next safe point. Press Ctrl-C again to leave at once; the agent goes on by itself.',
    );
    interruption.abort();
  });
  const simulated = DRIVER_SETS.filter(set => set.backend === 'simulated');
  const world = { host: localHost, driverSets: simulated, stateDirectory, version: packageJson.version, now: Date.now };
  return {
    terminal,
    connect: spec => connectToAgent(spec, world),
    known: () => knownGateways(localHost, stateDirectory),
    interrupted: interruption.signal,
  };
}

function build(done: (code: ExitCode) => void): Command {
  const program = new Command('gatewright')
    .description('Turns a drawing of an edge gateway into real VMs, switches and firewalls.')
    .version(packageJson.version)
    .option('--json', 'print one JSON document (docs/schema/cli.schema.json) in place of text')
    .exitOverride()
    .configureOutput({ writeErr: text => process.stderr.write(text) });
  const command = (signature: string, what: string) =>
    program.command(signature).description(what).option('--json', 'print one JSON document').exitOverride();
  const gateway = ['--gateway <name>', 'only this gateway'] as const;
  command('validate <flow>', 'check a drawing').action(async flow => done(await validate(context(), flow)));
  command('plan <flow>', 'show what would change')
    .option(...gateway)
    .option('--detailed-exitcode', 'exit with 1 when the plan is not empty')
    .action(async (flow, option) => done(await plan(context(), flow, option)));
  command('drift <flow>', 'show what differs from the drawing; exit with 1 when something does')
    .option(...gateway)
    .action(async (flow, option) => done(await drift(context(), flow, option)));
  for (const [name, run, what] of [
    ['apply', apply, 'plan, ask, and make it so'],
    ['destroy', destroy, 'remove everything of a drawing from its gateways'],
  ] as const)
    command(`${name} <flow>`, what)
      .option(...gateway)
      .option('--yes', 'do not ask')
      .option('--plan <hash>', 'approve exactly this plan of one gateway')
      .option('--on-failure <mode>', 'stop or rollback when a step fails', 'stop')
      .action(async (flow, option) => done(await run(context(), flow, option)));
  command('observe', 'show what the gateways of this machine have of ours')
    .option(...gateway)
    .action(async option => done(await observe(context(), option)));
  command('doctor', 'check whether this box has what the linux back end needs')
    .option('--libvirt-socket <path>', 'socket of libvirtd', '/var/run/libvirt/libvirt-sock')
    .option('--image-directory <path>', 'folder of VM images', '/var/lib/gatewright/images')
    .action(async option => done(await doctor(context(), localHost, option)));
  command('agent', 'run the agent of one gateway on this box')
    .requiredOption('--gateway <name>', 'name of the gateway, as in the drawing')
    .option('--backend <name>', 'linux or simulated', 'linux')
    .option('--socket <path>', 'where to listen (/run/gatewright/NAME.sock)')
    .option('--group <name>', 'group that may use the socket')
    .option('--state <folder>', 'journal and files of the drivers (/var/lib/gatewright/NAME)')
    .option('--libvirt-socket <path>', 'socket of libvirtd', '/var/run/libvirt/libvirt-sock')
    .option('--image-directory <path>', 'folder of VM images', '/var/lib/gatewright/images')
    .action(async option => done(await agent(terminal, packageJson.version, option)));
  return program;
}

function report(error: unknown, into: Terminal): ExitCode {
  const code = exitCodeOf(error);
  const known = isGatewrightError(error) ? { code: error.code as string, remedy: CODES[error.code].remedy } : undefined;
  const { code: name, remedy } = known ?? { code: error instanceof UsageError ? 'USAGE' : 'GW_BUG', remedy: '' };
  const message = messageOf(error);
  if (json) into.result({ version: 1, command: 'error', ok: false, code: name, message, remedy }, []);
  else into.notice(`gatewright: ${message}${known === undefined ? '' : ` [${name}]\n  ${remedy}`}`);
  if (known === undefined && !(error instanceof UsageError)) into.notice((error as Error)?.stack ?? '');
  return code;
}

async function main(): Promise<void> {
  try {
    await build(code => {
      process.exitCode = code;
    }).parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else process.exitCode = report(error, terminal);
  }
}

await main();
