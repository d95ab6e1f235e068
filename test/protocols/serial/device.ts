// A serial device that a test plays: a pseudo terminal by socat, whose other side is in the test's hands. It can be
// unplugged, plugged in again under the same name, and stop taking what is sent.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import koffi from 'koffi';

/** TIOCVHANGUP of asm-generic/ioctls.h: what the kernel does to a terminal whose hardware was pulled out. */
const HANG_UP = 0x5437;

export interface TestDevice {
  /** The port, as the line opens it. */
  readonly path: string;
  /** Everything that was sent to the device since it was plugged in last. */
  readonly heard: Buffer;
  say(bytes: Uint8Array): void;
  /** Takes nothing any more. */
  hold(): void;
  letGo(): void;
  /** Its name and its other side go away. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
  /** The kernel hangs the terminal up while the name is still there. */
  hangUp(): void;
  close(): Promise<void>;
}

/** @param where  folder for its name; settings of lines take only what is below /dev */
export async function testDevice(where = tmpdir()): Promise<TestDevice> {
  const folder = mkdtempSync(join(where, 'serial-device-'));
  const path = join(folder, 'tty');
  let heard: Buffer[] = [];
  let program: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  const unplug = async () => {
    const running = program;
    program = undefined;
    if (running === undefined) return;
    const gone = once(running, 'close');
    running.kill('SIGKILL');
    await gone;
    rmSync(path, { force: true });
  };
  const plug = async () => {
    heard = [];
    const pieces = heard;
    const started = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${path}`, '-'], { stdio: 'pipe' });
    program = started;
    started.stdin.on('error', () => {});
    started.stdout.on('data', chunk => pieces.push(chunk));
    await saysReady(started);
  };
  await plug();
  return {
    path,
    get heard() {
      return Buffer.concat(heard);
    },
    say: bytes => void program?.stdin.write(bytes),
    hold: () => void program?.kill('SIGSTOP'),
    letGo: () => void program?.kill('SIGCONT'),
    unplug,
    plug,
    hangUp: () => hangUp(path),
    close: async () => {
      await unplug();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function saysReady(program: ChildProcessByStdio<Writable, Readable, Readable>): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    program.stderr.on('data', text => {
      said += String(text);
      if (/starting data transfer loop/.test(said)) resolve();
    });
    program.once('error', reject);
    program.once('exit', code => reject(new Error(`socat ended with ${code}: ${said}`)));
  });
}

function hangUp(path: string): void {
  const ioctl = koffi.load('libc.so.6').func('int ioctl(int fd, unsigned long request, ...)');
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  const done: number = ioctl(descriptor, HANG_UP);
  closeSync(descriptor);
  if (done !== 0) throw new Error('the terminal was not hung up; only root may do that');
}
