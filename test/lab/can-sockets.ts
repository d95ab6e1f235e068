// CAN sockets on a kernel without CAN, for programs that open them themselves: npm socketcan, can-utils, our own addon.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = (name: string) => fileURLToPath(new URL(`./can-sockets/${name}.c`, import.meta.url));

export interface CanSockets {
  /** Added to the environment of a program, it finds the buses. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes an interface. */
  addBus(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Builds what is needed. @throws Error when it cannot be built */
export function openCanSockets(): CanSockets {
  const folder = mkdtempSync(join(tmpdir(), 'gw-can-'));
  const [preload, bus] = [join(folder, 'preload.so'), join(folder, 'bus')];
  execFileSync('gcc', ['-O2', '-Wall', '-Werror', '-shared', '-fPIC', '-o', preload, source('preload'), '-ldl']);
  execFileSync('gcc', ['-O2', '-Wall', '-Werror', '-o', bus, source('bus')]);
  const buses: ChildProcess[] = [];
  return {
    environment: { GW_CAN_BUSES: folder, LD_PRELOAD: preload },
    async addBus(name) {
      const child = spawn(bus, [join(folder, name)], { stdio: ['pipe', 'pipe', 'inherit'] });
      buses.push(child);
      await once(child.stdout, 'data');
    },
    async close() {
      for (const child of buses) {
        const ended = once(child, 'exit');
        child.stdin?.end();
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
