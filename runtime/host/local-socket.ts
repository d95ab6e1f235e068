// Places on the disk that an agent owns: its folders, and the file of the socket it listens on. Knows no protocol.
import { chmod, chown, lstat, mkdir, unlink } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { GatewrightError } from '../model/errors.ts';
import { ioError } from './local-files.ts';

/** How long a listener may take to accept before its socket file is taken for a left-over. Accepting costs it nothing. */
const ANSWER_WITHIN_MS = 2_000;

/**
 * Makes a folder and those above it; one that exists keeps its rights.
 * @param mode  permission bits of a new folder
 * @returns whether it is new
 * @throws GatewrightError GW_HOST_IO
 */
export async function makeFolder(path: string, mode: number): Promise<boolean> {
  try {
    if ((await mkdir(path, { recursive: true, mode: 0o755 })) === undefined) return false;
    await chmod(path, mode);
    return true;
  } catch (cause) {
    throw ioError('make the folder', path, cause);
  }
}

/** Most bytes of a unix socket's path [unix(7): sun_path has 108, the last one is zero]. */
export const MOST_PATH_BYTES = 107;

/**
 * Frees the path of a unix socket: makes its folder (0750) and removes a socket file that nobody answers on.
 * @param groupId  numeric id of the group that may enter a new folder
 * @throws GatewrightError GW_AGENT_LOCKED when somebody answers, GW_HOST_IO when the path is too long for a socket or
 *   taken by something else
 */
export async function claimSocketPath(path: string, groupId: number | undefined): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > MOST_PATH_BYTES)
    throw new GatewrightError(
      'GW_HOST_IO',
      `the path of the socket has ${bytes} bytes, the most is ${MOST_PATH_BYTES}; choose a shorter path than ${path}`,
    );
  const folder = dirname(path);
  if ((await makeFolder(folder, 0o750)) && groupId !== undefined) await changeGroup(folder, groupId);
  const kind = await kindOf(path);
  if (kind === 'absent') return;
  if (kind === 'other')
    throw new GatewrightError('GW_HOST_IO', `${path} exists and is not a socket; give the agent another path`);
  if (await answers(path))
    throw new GatewrightError('GW_AGENT_LOCKED', `somebody listens on ${path} already; stop that agent first`);
  await removeSocketFile(path);
}

/** Lets exactly the owner and one group use a socket that listens already. @throws GatewrightError GW_HOST_IO */
export async function shareSocket(path: string, groupId: number | undefined): Promise<void> {
  try {
    await chmod(path, 0o660);
  } catch (cause) {
    throw ioError('set the rights of', path, cause);
  }
  if (groupId !== undefined) await changeGroup(path, groupId);
}

async function changeGroup(path: string, groupId: number): Promise<void> {
  try {
    await chown(path, -1, groupId);
  } catch (cause) {
    throw ioError(`give group ${groupId} to`, path, cause);
  }
}

async function kindOf(path: string): Promise<'absent' | 'socket' | 'other'> {
  try {
    return (await lstat(path)).isSocket() ? 'socket' : 'other';
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 'absent';
    throw ioError('look at', path, cause);
  }
}

async function removeSocketFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw ioError('remove', path, cause);
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection({ path });
    const conclude = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    // WHY: a listener whose queue is full does not refuse, it lets us wait; so silence counts as an answer.
    const timer = setTimeout(conclude, ANSWER_WITHIN_MS, true);
    socket.once('connect', () => conclude(true));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      conclude(!['ECONNREFUSED', 'ENOENT'].includes(error.code ?? '')),
    );
  });
}
