// Somebody without any rights, with a clone of this working tree in a home folder of their own, who starts Gatewright there
// as the README says.
import { spawnSync } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Start } from '../server/server-process.ts';
import { embeddedSettings } from './embedded-images.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The user `nobody` of every Linux: owns nothing, is in no group. */
const NOBODY = '65534';
/** Nor anything that root could pass on. */
const WITHOUT_RIGHTS = [
  ...['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'],
  ...['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'],
];
/** $1 appears at $2, for the program that follows alone: this user may not even enter the folders above $1. */
const WITH_MODULES = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';

export interface Newcomer {
  /** Their home folder. */
  readonly folder: string;
  /** `npm start` in the clone. */
  readonly start: Start;
  close(): Promise<void>;
}

/**
 * Makes the home folder and the clone. The guest image is there, as the first start leaves it, and so are the memories of
 * first boots that earlier tests kept; what this one boots is kept for those that follow.
 */
export async function openNewcomer(): Promise<Newcomer> {
  const folder = await mkdtemp(join(tmpdir(), 'gw-newcomer-'));
  try {
    return await furnish(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function furnish(folder: string): Promise<Newcomer> {
  const clone = join(folder, 'gatewright');
  const memories = join(folder, '.gatewright', 'snapshots');
  const { imageDirectory, snapshotDirectory } = await embeddedSettings();
  await copyTree(clone);
  const modules = join(clone, 'node_modules');
  await mkdir(modules);
  await cp(imageDirectory, join(folder, '.gatewright', 'images'), { recursive: true });
  await copyMissing(snapshotDirectory, memories);
  await chmod(folder, 0o755);
  execute('chown', '-R', `${NOBODY}:${NOBODY}`, folder);
  // npm as it runs this test, where this user finds it, or else the one on the path.
  const npm = process.env.npm_execpath;
  const byNpm = npm?.endsWith('.js') ? ['node', npm.replace(root, clone)] : ['npm'];
  const inside = ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', WITH_MODULES, 'sh'];
  return {
    folder,
    start: {
      argv: [...inside, join(root, 'node_modules'), modules, ...WITHOUT_RIGHTS, ...byNpm, 'start', '--'],
      cwd: clone,
      env: { PATH: process.env.PATH, HOME: folder },
      home: folder,
    },
    async close() {
      await copyMissing(memories, snapshotDirectory);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a clone of the working tree would hold. */
async function copyTree(clone: string): Promise<void> {
  const listed = execute('git', '-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
  const gone = new Set(execute('git', '-C', root, 'ls-files', '-z', '--deleted').split('\0'));
  const paths = [...new Set(listed.split('\0'))].filter(path => path !== '' && !gone.has(path));
  for (const path of new Set(paths.map(each => dirname(each)))) await mkdir(join(clone, path), { recursive: true });
  await Promise.all(paths.map(path => copyFile(join(root, path), join(clone, path))));
}

/** Memories are named by what they are made from, so none is ever another one than that of the same name. */
async function copyMissing(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const there = new Set(await readdir(to));
  const names = await readdir(from).catch(() => []); // nothing was booted
  for (const name of names.filter(each => each.endsWith('.snapshot') && !there.has(each)))
    await copyFile(join(from, name), join(to, name));
}

function execute(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}
