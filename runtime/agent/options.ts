// What an agent is made with. Knows nothing of how it works.
import type { DriverSet } from '../host/driver-set.ts';
import type { Host } from '../host/host.ts';
import type { Name } from '../model/address.ts';
import type { Backend } from '../model/gateway.ts';
import type { Journal } from './journal.ts';

/** Calls back once, later. Injected so that tests own the time. */
export interface Timer {
  /** @returns how to call it off */
  after(delayMs: number, work: () => void): () => void;
}

/** Time from the event loop. A pending call never keeps the process alive. */
export const systemTimer: Timer = {
  after(delayMs, work) {
    const timeout = setTimeout(work, delayMs);
    timeout.unref();
    return () => clearTimeout(timeout);
  },
};

export interface Limits {
  /** Steps that run at the same time. */
  readonly parallel: number;
  /** Least time a step is given; slow drivers get 20 × what they usually take. */
  readonly stepMs: number;
  /** How long a step that ran out of time may still take to stop. */
  readonly graceMs: number;
  /** One observation of everything. */
  readonly observeMs: number;
  /** Between two looks for drift when no driver reports a change. */
  readonly pollMs: number;
  /** How long a burst of reported changes is gathered. */
  readonly debounceMs: number;
}

export const LIMITS: Limits = {
  parallel: 4,
  stepMs: 60_000,
  graceMs: 5_000,
  observeMs: 60_000,
  pollMs: 3_000,
  debounceMs: 200,
};

/** A real box, which other agents may work on too. */
export interface SharedBox {
  /** Folder with the state folders of all agents of the box. */
  readonly neighbours: string;
  /** Whether uplinks are network cards of the box; an embedded gateway reaches its network as any program does. */
  readonly cards: boolean;
}

export interface AgentOptions {
  readonly gateway: Name;
  readonly backend: Backend;
  /** Sets of other back ends are passed over. Of two drivers of one kind the first counts. */
  readonly driverSets: readonly DriverSet[];
  readonly host: Host;
  /** Folder of this gateway alone: the journal, and the drivers' own files. Made when absent (0700). */
  readonly stateDirectory: string;
  /** Without one nothing of a box is real: no claim is proven or recorded. */
  readonly sharedBox?: SharedBox;
  /** Handed to the drivers, for example `libvirtSocket`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Only looks, in a process that soon ends: starts nothing, and leaves unfinished work to an agent that stays. */
  readonly dormant?: boolean;
  /** Version of Gatewright. */
  readonly version: string;
  /** Unix time in ms; default the system's clock. */
  readonly now?: () => number;
  readonly timer?: Timer;
  readonly limits?: Partial<Limits>;
  /** Opens the journal; tests wrap it to stop at a write. */
  readonly openJournal?: (path: string, gateway: Name) => Journal;
}
