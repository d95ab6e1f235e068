// The commands that a document shows, run one after the other as a reader would, with what they print.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const MARK = '<!-- tried -->';
const COMMAND_ENDS_WITHIN_MS = 120_000;

export interface Tried {
  readonly command: string;
  /** What the document says it prints. */
  readonly shown: string;
  readonly printed: string;
}

/** Lines of a block of commands: `$ ` begins a command, what follows is its output. */
export function commandsOf(markdown: string): readonly Omit<Tried, 'printed'>[] {
  const blocks = [...markdown.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return blocks.flatMap(block =>
    block
      .split(/^\$ /m)
      .filter(part => part !== '')
      .map(part => {
        const [command = '', ...lines] = part.trimEnd().split('\n');
        return { command, shown: lines.join('\n').trimEnd() };
      }),
  );
}

/** Runs them in an empty folder with a home of its own; `gatewright` and `flows` are there, and nothing else of ours. */
export function tryCommands(root: string, markdown: string): readonly Tried[] {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-tried-'));
  try {
    const programs = join(folder, '.programs');
    mkdirSync(programs);
    const program = join(programs, 'gatewright');
    writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${root}runtime/cli.ts" "$@"\n`);
    chmodSync(program, 0o755);
    symlinkSync(`${root}flows`, join(folder, 'flows'));
    const env = { PATH: `${programs}:${process.env.PATH}`, HOME: folder, GATEWRIGHT_HOME: join(folder, '.home') };
    return commandsOf(markdown).map(({ command, shown }) => {
      const options = { cwd: folder, env, encoding: 'utf8', timeout: COMMAND_ENDS_WITHIN_MS } as const;
      const { stdout } = spawnSync('sh', ['-c', command], options);
      return { command, shown, printed: plain(stdout) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without spaces at the ends of lines and without the hashes of plans, which no reader compares. */
function plain(text: string): string {
  return text.replaceAll(/[ \t]+$/gm, '').trimEnd();
}
