// What the network tests ask of stations: who called, what arrived, which lease was given.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from '../lab/netns.ts';

/** The address from which the PLC sees a station call its port 502. */
export async function callerSeen(hall: Machine, caller: Machine): Promise<string> {
  const plc = hall.attempt('timeout', '20', 'nc', '-lnv', '-s', '192.168.7.10', '-p', '502');
  const ended = plc.then(() => true);
  const knock = () => caller.attempt('nc', '-znw2', '192.168.7.10', '502').then(result => result.code === 0);
  // The PLC may not listen yet; it ends with the first caller, or with its own time-out.
  while (!(await Promise.race([knock(), ended])));
  const { stderr } = await plc;
  return /Connection received on (\S+)/.exec(stderr)?.[1] ?? `nobody: ${stderr}`;
}

/** Frames a station has received since it was made. */
export async function framesOf(machine: Machine): Promise<number> {
  return Number(await machine.run('cat', '/sys/class/net/eth0/statistics/rx_packets'));
}

/** Echo requests a station has received [RFC 2011, icmpInEchos]. */
export async function echoesOf(machine: Machine): Promise<number> {
  const lines = (await machine.run('cat', '/proc/net/snmp')).split('\n').filter(line => line.startsWith('Icmp:'));
  const [names, values] = lines.map(line => line.split(' '));
  const echoes = Number(values?.[names?.indexOf('InEchos') ?? -1]);
  assert.ok(Number.isInteger(echoes), 'the kernel tells how many echo requests came');
  return echoes;
}

/** Asks for a lease by DHCP and tells what was given. */
export async function leaseOf(machine: Machine) {
  const folder = await mkdtemp(join(tmpdir(), 'gw-dhcp-'));
  try {
    const script = join(folder, 'tell.sh');
    await writeFile(script, '#!/bin/sh\n[ "$1" = bound ] && env\nexit 0\n');
    await chmod(script, 0o700);
    const ask = ['busybox', 'udhcpc', '-i', 'eth0', '-n', '-q', '-f', '-t', '10', '-T', '1', '-O', 'mtu', '-s', script];
    const told = await machine.run(...ask);
    const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(told)?.[1];
    return { ip: value('ip'), router: value('router'), dns: value('dns'), mtu: value('mtu') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
