// The commands below `keys`, with their options.
import type { Command } from 'commander';
import { localHost } from '../host/local.ts';
import type { ExitCode } from './exit.ts';
import { stateFolder } from './state-folder.ts';
import type { Terminal } from './terminal.ts';

/** @param home  folder with one folder per gateway that runs beside the editor */
export function keysCommands(program: Command, terminal: Terminal, home: string, done: (code: ExitCode) => void): void {
  const keys = program
    .command('keys')
    .description('the keys by which VMs with Secure Boot know what they may start: create, show, or sign PROGRAM')
    .exitOverride();
  const command = (signature: string, what: string) =>
    keys
      .command(signature)
      .description(what)
      .option('--gateway <name>', 'gateway of this machine whose VMs they are for')
      .option('--state <folder>', 'state folder of the agent, when it has another one than usual')
      .option('--json', 'print one JSON document')
      .exitOverride();
  const load = () => import('./commands/keys.ts');
  const folder = (option: { gateway?: string; state?: string }) => stateFolder({ ...option, backend: 'linux' }, home);
  command('create', 'make the keys before a VM needs them; those that are there stay').action(async option =>
    done(await (await load()).createKeys(terminal, localHost, folder(option))),
  );
  command('show', 'show their certificate; exit with 1 when there are none').action(async option =>
    done(await (await load()).showKeys(terminal, localHost, folder(option))),
  );
  command('sign <program>', 'sign an EFI program, such as the boot loader of a disk image')
    .option('--output <file>', 'where the signed one goes (the same file)')
    .action(async (file, option) => {
      const { signProgram } = await load();
      done(await signProgram(terminal, localHost, folder(option), { program: file, output: option.output ?? file }));
    });
}
