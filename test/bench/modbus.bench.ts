// Our Modbus TCP server against npm modbus-serial's and libmodbus', each in a process of its own, asked by one master in C
// (libmodbus) that reads ten holding registers again and again. Real sockets on the loopback.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openPeers, type Peers } from '../protocols/modbus/peers/programs.ts';
import { type Bench, type Figure, summarize } from './harness.ts';
import { freePort } from './modbus-server.ts';

const ROUNDS = 11;
/** Requests of one measurement: enough that the start of the connection does not count, few enough for the slowest. */
const REQUESTS = 10_000;
const REQUESTS_OF_NPM = 500;
/** How many requests a master that does not wait has under way. */
const AHEAD = 16;

interface Server {
  readonly port: number;
  readonly process: ChildProcess;
  readonly requests: number;
}

/** What one measurement of one server gave, per request. */
interface Measured {
  readonly ns: number;
  /** On a processor, of the thread that answers. */
  readonly processorNs: number;
}

async function startNode(which: 'own' | 'npm', requests: number): Promise<Server> {
  const child = fork(fileURLToPath(new URL('modbus-server.ts', import.meta.url)), [which]);
  const [port] = (await once(child, 'message')) as [number];
  return { port, process: child, requests };
}

/** Nanoseconds that the first thread of a process has run. */
function ran(child: ChildProcess): number {
  return Number(readFileSync(`/proc/${child.pid}/schedstat`, 'utf8').split(' ')[0]);
}

async function measure(peers: Peers, server: Server, ahead: number): Promise<Measured> {
  const count = server.requests * (ahead > 1 ? 4 : 1);
  const whole = count - (count % ahead);
  const before = ran(server.process);
  const [ns] = await peers.libmodbusClient('tcp', String(server.port), '1', String(whole), String(ahead));
  return { ns: Number(ns) / whole, processorNs: (ran(server.process) - before) / whole };
}

/** Measures two servers in turn, the order alternating; one round before is not counted. */
async function inPairs(peers: Peers, subject: Server, baseline: Server, ahead: number) {
  const pairs: (readonly [Measured, Measured])[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const first = round % 2 === 0 ? subject : baseline;
    const one = await measure(peers, first, ahead);
    const other = await measure(peers, first === subject ? baseline : subject, ahead);
    if (round >= 0) pairs.push(first === subject ? [one, other] : [other, one]);
  }
  return pairs;
}

async function run(note: (text: string) => void): Promise<readonly Figure[]> {
  const peers = openPeers();
  const servers: Server[] = [];
  try {
    const own = await startNode('own', REQUESTS);
    servers.push(own);
    const npm = await startNode('npm', REQUESTS_OF_NPM);
    servers.push(npm);
    const port = await freePort();
    const libmodbus = { port, process: await peers.libmodbusTcpServer(port), requests: REQUESTS };
    note(`${ROUNDS} rounds of each pair, after one that does not count`);
    const withNpm = await inPairs(peers, own, npm, 1);
    const withLibmodbus = await inPairs(peers, own, libmodbus, 1);
    const ahead = await inPairs(peers, own, npm, AHEAD);
    const times = (pairs: readonly (readonly [Measured, Measured])[]) =>
      summarize(pairs.map(([subject, baseline]) => baseline.ns / subject.ns));
    const rate = (pick: readonly Measured[]) => summarize(pick.map(each => 1e9 / each.ns));
    return [
      {
        id: 'against-npm',
        what: 'requests a second of our server over those of npm modbus-serial’s ServerTCP, one after the other',
        ...times(withNpm),
        unit: 'ratio',
        goal: { better: 'higher', gate: 10, extreme: 20 },
      },
      {
        id: 'against-libmodbus',
        what: 'requests a second of our server over those of libmodbus’ server in C, one after the other',
        ...times(withLibmodbus),
        unit: 'ratio',
        goal: { better: 'higher', gate: 0.7, extreme: 1 },
      },
      {
        id: 'processor-against-libmodbus',
        what: 'processor time of our server for a request over that of libmodbus’ server',
        ...summarize(withLibmodbus.map(([subject, baseline]) => subject.processorNs / baseline.processorNs)),
        unit: 'ratio',
      },
      {
        id: 'ahead-against-npm',
        what: `the same as against-npm, ${AHEAD} requests under way`,
        ...times(ahead),
        unit: 'ratio',
      },
      { id: 'own', what: 'our server', ...rate(withLibmodbus.map(([subject]) => subject)), unit: '/s' },
      { id: 'libmodbus', what: 'libmodbus’ server', ...rate(withLibmodbus.map(([, other]) => other)), unit: '/s' },
      { id: 'npm', what: 'npm modbus-serial’s ServerTCP', ...rate(withNpm.map(([, other]) => other)), unit: '/s' },
      {
        id: 'own-ahead',
        what: `our server, ${AHEAD} requests under way`,
        ...rate(ahead.map(([subject]) => subject)),
        unit: '/s',
      },
    ];
  } finally {
    await Promise.all(servers.map(server => peers.end(server.process)));
    await peers.close();
  }
}

export const bench: Bench = {
  what: 'our Modbus TCP server against those of npm modbus-serial and libmodbus (needs gcc and libmodbus-dev)',
  label: 'real',
  run,
};
