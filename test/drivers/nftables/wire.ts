// Raw frames in and out of pretend machines, without a process per frame. Nothing is waited for by time: a marker that always
// passes is sent behind the frames, and what came before it came through.
import { Worker } from 'node:worker_threads';
import type { Machine } from '../../lab/netns.ts';
import { arpFrame, BROADCAST } from './frame.ts';
import type { Answer, Carried, Request } from './wire-thread.ts';

export interface Wire {
  readonly mac: string;
  /** An address the station may use, for the markers. */
  readonly ip: string;
  readonly socket: number;
}

export interface Wires {
  open(machine: Machine, mac: string, ip: string): Promise<Wire>;
  /** Sends frames from one station and resolves with the frames that arrived at another. */
  pass(from: Wire, to: Wire, frames: readonly Buffer[]): Promise<readonly Buffer[]>;
  /** The same through a router, which changes the marker. @param marker as it is sent, and as it arrives */
  passRouted(
    from: Wire,
    to: Wire,
    frames: readonly Buffer[],
    marker: { readonly sent: Uint8Array; readonly arrives: Uint8Array },
  ): Promise<readonly Buffer[]>;
  /** Carries frames one after the other, round and round, and says what it cost. @throws Error when one does not arrive */
  carry(from: Wire, to: Wire, frames: readonly Buffer[], count: number): Promise<Carried>;
  close(): Promise<void>;
}

export function openWires(): Wires {
  const thread = new Worker(new URL('./wire-thread.ts', import.meta.url));
  const waiting = new Map<number, (answer: Answer) => void>();
  const died = new Promise<never>((_resolve, reject) => thread.once('error', reject));
  // Every request below waits for this too and tells; before the first one there is nobody to tell.
  died.catch(() => {});
  thread.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
  let next = 0;
  let marks = 0;
  const ask = async (request: Request) => {
    const id = next++;
    const answered = new Promise<Answer>(resolve => waiting.set(id, resolve));
    thread.postMessage({ id, request });
    const answer = await Promise.race([answered, died]);
    waiting.delete(id);
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  };
  const through: Wires['passRouted'] = async (from, to, frames, marker) => {
    await ask({ op: 'send', socket: from.socket, frames: [...frames, marker.sent] });
    const request = { op: 'until', socket: to.socket, marker: marker.arrives, timeoutMs: 10_000 } as const;
    const { frames: arrived = [] } = await ask(request);
    return arrived.map(frame => Buffer.from(frame));
  };
  return {
    async open(machine, mac, ip) {
      const { socket } = await ask({ op: 'open', namespace: `/proc/${machine.pid}/ns/net`, device: 'eth0' });
      if (socket === undefined) throw new Error('no socket');
      return { mac, ip, socket };
    },
    async pass(from, to, frames) {
      marks += 1;
      const asked = `10.99.${marks >>> 8}.${marks & 0xff}`;
      const marker = arpFrame({ sourceMac: from.mac, targetMac: BROADCAST }, from.mac, from.ip, asked);
      return through(from, to, frames, { sent: marker, arrives: marker });
    },
    passRouted: through,
    async carry(from, to, frames, count) {
      const { carried } = await ask({ op: 'carry', from: from.socket, to: to.socket, frames, count });
      if (carried === undefined) throw new Error('no cost');
      return carried;
    },
    close: async () => void (await thread.terminate()),
  };
}
