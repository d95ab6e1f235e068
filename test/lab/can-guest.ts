// Guests with a CAN interface, on machines without CAN: Debian's kernel in QEMU with can-utils inside, whose second serial line
// is given to a test. Knows nothing of what is at the other end of that line.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildEmbeddedImage } from '../../scripts/embedded-image.ts';
import { initrdWithCan } from './can-utils.ts';
import { GuestConsole } from './guest-console.ts';

const ARGUMENTS = 'console=ttyS0 quiet mitigations=off no_timer_check random.trust_cpu=on';
const POLL_MS = 50;
const CONSOLE_POLLS = 400;

export interface CanGuest {
  /** Its interface is can0, and up. */
  readonly console: GuestConsole;
  /** The unix socket of the line at whose other end it believes a CAN adapter; one at a time may be connected. */
  readonly line: string;
}

export interface CanGuests {
  /**
   * Boots a guest.
   * @param plugged  takes the line over before the guest opens its channel
   */
  boot(name: string, plugged: (line: Socket) => void): Promise<CanGuest>;
  /** Ends all guests and removes all files. */
  close(): Promise<void>;
}

/** @param programs  files of programs that the guests have too, by name; they need no libraries */
export function canGuests(programs: Readonly<Record<string, string>> = {}): CanGuests {
  const folder = mkdtempSync(join(tmpdir(), 'gw-can-'));
  const initrd = join(folder, 'initrd.img');
  const { directory: image } = buildEmbeddedImage('amd64');
  writeFileSync(initrd, initrdWithCan(join(image, 'initrd.img'), programs));
  const machines: ChildProcess[] = [];
  const consoles: GuestConsole[] = [];
  return {
    async boot(name, plugged) {
      const path = (kind: string) => join(folder, `${name}.${kind}`);
      const machine = startQemu([
        ...['-kernel', join(image, 'vmlinuz'), '-initrd', initrd, '-append', ARGUMENTS],
        ...['-chardev', `socket,id=console,path=${path('console')},server=on,wait=off`, '-serial', 'chardev:console'],
        ...['-chardev', `socket,id=can,path=${path('can')},server=on,wait=off`, '-serial', 'chardev:can'],
      ]);
      machines.push(machine);
      const guest = await openConsole(path('console'), machine);
      consoles.push(guest);
      const line = connect(path('can'));
      await once(line, 'connect');
      plugged(line);
      await guest.run('slcand -o -c -s6 /dev/ttyS1 can0');
      await guest.run('echo 1000 >/sys/class/net/can0/tx_queue_len && ip link set can0 up');
      return { console: guest, line: path('can') };
    },
    async close() {
      for (const guest of consoles) guest.close();
      await Promise.all(machines.map(end));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startQemu(parts: readonly string[]): ChildProcess {
  return spawn(
    'qemu-system-x86_64',
    [
      ...[
        '-nodefaults',
        '-no-user-config',
        '-display',
        'none',
        '-no-reboot',
        '-machine',
        'pc',
        '-cpu',
        'max',
        '-m',
        '192',
      ],
      ...['-accel', 'tcg,tb-size=128', ...parts],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

async function openConsole(path: string, machine: ChildProcess): Promise<GuestConsole> {
  for (let poll = 1; ; poll += 1) {
    try {
      return await GuestConsole.open(path);
    } catch (error) {
      // Only its socket is waited for here; the console itself waits for the boot.
      const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!absent || poll === CONSOLE_POLLS || machine.exitCode !== null) throw error;
      await pause(POLL_MS);
    }
  }
}

async function end(machine: ChildProcess): Promise<void> {
  if (machine.exitCode !== null || machine.signalCode !== null) return;
  const ended = once(machine, 'exit');
  machine.kill('SIGKILL');
  await ended;
}
