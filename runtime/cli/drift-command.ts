// `gatewright drift FLOW`, and what people may decide about what it shows.
import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exit.ts';

/** @param command  adds a command that may print a document */
export function driftCommand(
  command: (signature: string, what: string) => Command,
  context: () => CliContext,
  done: (code: ExitCode) => void,
): void {
  command('drift <flow>', 'show what differs from the drawing, or decide about it; exit with 1 when something does')
    .option('--gateway <name>', 'only this gateway')
    .option('--adopt <place>', 'take over what is at ADDRESS:FIELD into the drawing')
    .option('--restore <place>', 'bring back what is drawn at ADDRESS:FIELD, and nothing else')
    .option('--except <place>', 'let what is at ADDRESS:FIELD stand: neither drift nor planned away')
    .option('--until <when>', 'of --except: 8h, 3d, a day or a time')
    .option('--reason <text>', 'of --except: why, for those who read it later')
    .option('--end <place>', 'let what is at ADDRESS:FIELD stand no longer')
    .option('--yes', 'of --restore: do not ask')
    .action(async (flow, option) => {
      const { drift } = await import('./commands/drift.ts');
      done(await drift(context(), flow, option));
    });
}
