// Networks of two stations and a box between them, which carries their frames by a bridge of the system or by a segment of ours in the
// kernel; and what a frame costs there.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Machine, netnsLab } from '../../lab/netns.ts';

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export interface Ways {
  readonly bridge: Way;
  readonly segment: Way;
  close(): Promise<void>;
}

export interface Way {
  /** @returns microseconds of the processor per frame, of who sends, who takes and what is between. @throws Error when one is lost */
  cost(frames: number): Promise<number>;
}

/** @param ends  the program that is both stations */
export async function openWays(ends: string): Promise<Ways> {
  const lab = netnsLab();
  try {
    const bridge = await network('b', async box => {
      await box.run('ip', 'link', 'add', 'br0', 'type', 'bridge');
      for (const device of ['left', 'right']) await box.run('ip', 'link', 'set', device, 'master', 'br0');
      await box.run('ip', 'link', 'set', 'br0', 'up');
      // Nothing is asked of the firewall of the system, and nothing is sent to everybody.
      await box.attempt('sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=0');
      await box.run('bridge', 'fdb', 'add', '02:00:00:00:00:02', 'dev', 'right', 'master', 'static');
    });
    const segment = await network('s', async box => {
      const holder = box.start(process.execPath, here('../../lanes/kernel/hold-segment.ts'), 'left', 'right');
      if (holder.stdout !== null) await once(holder.stdout, 'data');
    });
    return { bridge, segment, close: () => lab.close() };
  } catch (error) {
    await lab.close();
    throw error;
  }

  async function network(name: string, connect: (box: Machine) => Promise<void>): Promise<Way> {
    const [box, one, other] = [await lab.machine(name), await lab.machine(`${name}1`), await lab.machine(`${name}2`)];
    await lab.cable(box, 'left', one, 'eth0');
    await lab.cable(box, 'right', other, 'eth0');
    // What they would say of their own accord.
    for (const machine of [one, other, box]) await machine.run('sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1');
    await connect(box);
    return { cost: frames => cost(ends, one, other, frames) };
  }
}

async function cost(ends: string, one: Machine, other: Machine, frames: number): Promise<number> {
  const before = softInterruptNanos();
  const { stdout } = await run(ends, [`${one.pid}`, `${other.pid}`, `${frames}`], { timeout: 60_000 });
  const { sent, came, nanos } = JSON.parse(stdout) as { sent: number; came: number; nanos: number };
  if (came !== sent) throw new Error(`${sent - came} of ${sent} frames were lost`);
  return (nanos + softInterruptNanos() - before) / 1000 / sent;
}

/** Of the kernel's threads that go on with frames when there are too many for who sent them. */
function softInterruptNanos(): number {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name) && nameOf(name).startsWith('ksoftirqd/'));
  return pids.reduce((sum, pid) => sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]), 0);
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
