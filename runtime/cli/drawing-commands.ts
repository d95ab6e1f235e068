// The commands that make drawings out of what others have drawn.
import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exit.ts';

/** @param command  adds a command that may print a document */
export function drawingCommands(
  command: (signature: string, what: string) => Command,
  context: () => CliContext,
  done: (code: ExitCode) => void,
): void {
  const output = ['--output <file>', 'write the drawing into a file'] as const;
  command('convert <flow>', 'draw the lines that nodes of other packs use; exit with 1 when something is left to do')
    .option(...output)
    .option('--gateway <name>', 'which gateway of the flow gets the lines; the first one, or a new one')
    .option(
      '--replaced <way>',
      'nodes that are replaced are disabled, kept, or removed with what cannot be converted',
      'disabled',
    )
    .action(async (flow, option) => {
      const { convert } = await import('./commands/convert.ts');
      done(await convert(context(), flow, option));
    });
  command('import <file>', 'draw a VM from the XML of a domain of libvirt; exit with 1 when something is left to do')
    .option(...output)
    .action(async (file, option) => {
      const { importCommand } = await import('./commands/import.ts');
      done(await importCommand(context(), file, option));
    });
  command('format <flow>', 'write a drawing so that two exports of it are the same, without secrets')
    .option(...output)
    .action(async (flow, option) => {
      const { format } = await import('./commands/format.ts');
      done(await format(context(), flow, option));
    });
}
