// The commands that ask the rules of firewalls, and that propose some.
import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exit.ts';

/** @param command  adds a command that may print a document */
export function rulesCommands(
  command: (signature: string, what: string) => Command,
  context: () => CliContext,
  done: (code: ExitCode) => void,
): void {
  command('explain <flow>', 'show why a frame or a packet passes the rules of a drawing; exit with 1 when it does not')
    .option('--frame <text>', 'bytes in hex, the payload of a message as JSON, or for CAN a text such as 123#DEADBEEF')
    .option('--line <name>', 'the line it is on; all whose protocol has rules, and all guarded links, as a rule')
    .option('--vm <name>', 'the wire of this VM or port; all, as a rule')
    .option('--way <way>', 'from-vm: the VM says it; to-vm: it hears it', 'from-vm')
    .option('--packet <text>', 'such as "tcp 10.0.0.5:40000 > 10.0.0.9:502", or the line of a log of nftables')
    .option('--from <port>', 'where the packet comes from, when its address does not tell')
    .option('--to <port>', 'where it goes to')
    .option('--running', 'ask the rules that run in place of those that are drawn')
    .option('--gateway <name>', 'only this gateway')
    .action(async (flow, option) => {
      // WHY not above: it loads every protocol.
      const { explain } = await import('./commands/explain.ts');
      done(await explain(context(), flow, option));
    });
  command(
    'learn <recording>',
    'show the rules that let pass what a recording has, and nothing else; - reads standard input',
  )
    .requiredOption('--protocol <name>', 'modbus, can, or ip for networks')
    .option('--link <name>', 'only frames of this link of the recording, such as can0')
    .option('--port <number>', 'TCP port of the Modbus devices in the recording (502)')
    .option('--inside <networks>', 'with ip: networks of the field side, with commas between')
    .option('--direction <way>', 'whose frames the rules are for: from-vm, to-vm or both', 'both')
    .action(async (recording, option) => {
      const { learn } = await import('./commands/learn.ts');
      done(await learn(context().terminal, recording, option));
    });
}
