// The agent of a gateway as users run it: `gatewright agent`, a process of its own inside a pretend machine.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectAgent } from '../../runtime/agent/client.ts';
import type { Agent } from '../../runtime/model/agent.ts';
import type { Machine } from './netns.ts';

const CLI = fileURLToPath(new URL('../../runtime/cli.ts', import.meta.url));

export interface AgentProcess {
  readonly agent: Agent;
  readonly socket: string;
  readonly stateDirectory: string;
  /** Ends the process as a service manager does, and removes its folder. */
  close(): Promise<void>;
}

export interface AgentSettings {
  readonly gateway: string;
  readonly libvirtSocket: string;
  readonly imageDirectory: string;
}

/** Starts the agent of a Linux gateway and connects to it. */
export async function startAgentProcess(machine: Machine, settings: AgentSettings): Promise<AgentProcess> {
  // A unix socket's path is short [unix(7)], and the domains' consoles lie in the same folder.
  const folder = await mkdtemp(join(tmpdir(), 'gwa-'));
  const [socket, stateDirectory] = [join(folder, 'agent.sock'), join(folder, 'state')];
  const child = spawnAgent(machine, { ...settings, socket, stateDirectory });
  try {
    await listening(child);
    const agent = await connectAgent(socket);
    return { agent, socket, stateDirectory, close: () => closeAgent(child, folder, agent) };
  } catch (error) {
    await closeAgent(child, folder);
    throw error;
  }
}

function spawnAgent(machine: Machine, settings: AgentSettings & { socket: string; stateDirectory: string }) {
  const options = {
    gateway: settings.gateway,
    backend: 'linux',
    socket: settings.socket,
    state: settings.stateDirectory,
    'libvirt-socket': settings.libvirtSocket,
    'image-directory': settings.imageDirectory,
  };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const [program, ...args] = [...machine.prefix, process.execPath, CLI, 'agent', ...words];
  return spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...machine.mark } });
}

async function listening(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', chunk => {
    said += String(chunk);
  });
  const [first] = await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit').then(() => [])]);
  if (first === undefined || !String(first).includes('listens on')) throw new Error(`the agent did not start: ${said}`);
}

async function closeAgent(child: ChildProcess, folder: string, agent?: Agent): Promise<void> {
  await agent?.close();
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  await rm(folder, { recursive: true, force: true });
}
