// The commands below `attest`, with their options.
import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exit.ts';
import { stateFolder } from './state-folder.ts';

/** @param home  folder with one folder per gateway that runs beside the editor */
export function attestCommands(
  program: Command,
  context: () => CliContext,
  home: string,
  done: (code: ExitCode) => void,
): void {
  const attest = program
    .command('attest')
    .description('evidence of TPMs: status, ask, invite, enrol, approve, learn, history, events or verify EVIDENCE')
    .exitOverride();
  const command = (signature: string, what: string) =>
    attest.command(signature).description(what).option('--json', 'print one JSON document').exitOverride();
  command('verify <evidence>', 'judge evidence again, offline; exit with 1 unless the machine is trusted')
    .option('--policy <file>', 'judge by this policy in place of the one in the evidence')
    .action(async (file, option) => {
      const { verifyEvidence } = await import('./commands/attest.ts');
      done(await verifyEvidence(context().terminal, file, option));
    });
  command(
    'events <evidence>',
    'list what a boot measured, for rules of a gate; exit with 1 when some of it is not proven',
  ).action(async file => {
    const { listEvents } = await import('./commands/attest-events.ts');
    done(await listEvents(context().terminal, file));
  });
  command(
    'history',
    'show the verdicts that an agent keeps, each followed again; exit with 1 when one is not to be believed',
  )
    .option('--machine <name>', 'host, or vm. and the name of a VM (all of them)')
    .option('--gateway <name>', 'gateway of this machine whose agent keeps them')
    .option('--backend <name>', 'back end of that gateway: linux, embedded or simulated', 'linux')
    .option('--state <folder>', 'state folder of the agent, when it has another one than usual')
    .action(async option => {
      const { attestHistory } = await import('./commands/attest-history.ts');
      done(await attestHistory(context().terminal, stateFolder(option, home), option));
    });
  // WHY loaded late: no other command needs them.
  const load = () => import('./commands/attest-agent.ts');
  const asking = (signature: string, what: string) =>
    command(signature, what)
      .option('--gateway <name>', 'gateway whose agent is asked; the only one that is known here, as a rule')
      .option('--socket <path>', 'socket of an agent that listens elsewhere than usual');
  asking('status', 'show how gates and machines stand; exit with 1 when a gate is closed').action(async option =>
    done(await (await load()).attestStatus(context(), option)),
  );
  asking('ask <machine>', 'have it prove itself now: host, or vm. and the name of a VM').action(
    async (machine, option) => done(await (await load()).askNow(context(), machine, option)),
  );
  asking('invite <machine>', 'print a token with which it can be enrolled once').action(async (machine, option) =>
    done(await (await load()).inviteMachine(context(), machine, option)),
  );
  asking('enrol <machine>', 'present its key with a token')
    .option('--token-stdin', 'read the token from standard input in place of asking for it')
    .action(async (machine, option) => done(await (await load()).enrolMachine(context(), machine, option)));
  asking('approve <machine> <key>', 'let the key that waits replace the one that is enrolled').action(
    async (machine, key, option) => done(await (await load()).approveKey(context(), machine, key, option)),
  );
  asking('learn <machine>', 'trust what it runs now, and nothing else')
    .option('--yes', 'do not ask')
    .action(async (machine, option) => done(await (await load()).learnMachine(context(), machine, option)));
}
