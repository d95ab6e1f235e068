// A Host that counts what a driver asks of it and can call a test back at the n-th request. Everything else is the real one.
import type { Host } from '../../runtime/host/host.ts';

export interface InterruptibleHost {
  readonly host: Host;
  /** Requests since the last reset, reads included. */
  requests(): number;
  /** Requests since the last reset that change files or processes by their nature. */
  writes(): number;
  /** Starts to count anew; `act` is called when the request with this number begins, counted from 0. */
  reset(at?: number, act?: () => void): void;
  /** Starts to count anew; from the request with this number on nothing is done any more, as after a kill. Until `reset`. */
  dieAt(request: number): void;
}

/** Wraps a host, sockets included: each message written to one counts as a request. */
export function interruptibleHost(inner: Host): InterruptibleHost {
  let requests = 0;
  let writes = 0;
  let at: number | undefined;
  let act: (() => void) | undefined;
  let death = Number.POSITIVE_INFINITY;
  const count = (write: boolean) => {
    if (requests >= death) throw new Error('whoever asks was killed');
    if (requests === at) act?.();
    requests += 1;
    if (write) writes += 1;
  };
  const counted = <A extends readonly unknown[], R>(write: boolean, ask: (...args: A) => R) => {
    return (...args: A): R => {
      count(write);
      return ask(...args);
    };
  };
  const host: Host = {
    ...inner,
    run: counted(false, inner.run),
    readFile: counted(false, inner.readFile),
    list: counted(false, inner.list),
    writeFile: counted(true, inner.writeFile),
    writeKernelFile: counted(true, inner.writeKernelFile),
    link: counted(true, inner.link),
    remove: counted(true, inner.remove),
    kill: (pid, signal) => {
      count(signal !== 0);
      return inner.kill(pid, signal);
    },
    async connect(path) {
      if (requests >= death) throw new Error('whoever asks was killed');
      const socket = await inner.connect(path);
      const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
      socket.write = ((...args: unknown[]) => {
        if (requests >= death) return !socket.destroy().destroyed;
        count(false);
        return write(...args);
      }) as typeof socket.write;
      return socket;
    },
  };
  const begin = (nextDeath: number) => {
    requests = 0;
    writes = 0;
    at = undefined;
    act = undefined;
    death = nextDeath;
  };
  return {
    host,
    requests: () => requests,
    writes: () => writes,
    reset(nextAt, nextAct) {
      begin(Number.POSITIVE_INFINITY);
      at = nextAt;
      act = nextAct;
    },
    dieAt: begin,
  };
}
