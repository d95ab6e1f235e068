// Who is next on a line: requests of all tenants in one bounded queue, fair in the time that the line needs for each
// (deficit round robin, charged afterwards, because a time-out costs more than any answer). Knows neither bytes on a line nor
// clocks.
import { u8, u16 } from '../pdu/bytes.ts';
import { isRead } from '../pdu/request.ts';

/** Whom to tell. */
export interface Waiter {
  readonly tenant: string;
  readonly answer: (pdu: Uint8Array) => void;
  readonly fail: (error: Error) => void;
}

/** One request, with everyone who waits for its answer: the first one pays for it. */
export interface Entry {
  readonly unit: number;
  readonly pdu: Uint8Array;
  readonly since: number;
  readonly waiters: Waiter[];
}

export interface ScheduleOptions {
  /** Most that wait, of all tenants. */
  readonly most: number;
  /** Most that wait of one tenant. */
  readonly slots: number;
  /** Share of the line's time by tenant, 1 when not named. */
  readonly shares: ReadonlyMap<string, number>;
}

export type Admission = 'queued' | 'merged' | 'full' | 'no slot';

/** Line time in ms that a share of 1 gets in a round. */
const QUANTUM_MS = 10;
/** The most a tenant can owe, so that it is heard again some time after it had one dead device. */
const MOST_DEBT_MS = 10_000;

interface Tenant {
  readonly name: string;
  readonly share: number;
  readonly entries: Entry[];
  /** Requests that wait, those that share an answer included. */
  waiting: number;
  credit: number;
}

export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #tenants = new Map<string, Tenant>();
  /** The tenant that is next in turn is first. */
  #ring: Tenant[] = [];
  /** Reads that wait, by what they ask. */
  readonly #reads = new Map<number, Entry>();
  /** Writes that wait, by unit. */
  readonly #writes = new Map<number, number>();
  #waiting = 0;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** Requests that wait, those that share an answer included. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Takes a request in, or says why not. */
  add(unit: number, pdu: Uint8Array, waiter: Waiter, now: number): Admission {
    const tenant = this.#tenant(waiter.tenant);
    if (this.#waiting >= this.#options.most) return 'full';
    if (tenant.waiting >= this.#options.slots) return 'no slot';
    this.#waiting += 1;
    tenant.waiting += 1;
    const same = this.#sameRead(unit, pdu);
    if (same !== undefined) {
      same.waiters.push(waiter);
      return 'merged';
    }
    this.#enter(tenant, { unit, pdu, since: now, waiters: [waiter] }, 'last');
    return 'queued';
  }

  /** Puts a request back in front of its tenant's others. */
  putBack(entry: Entry): void {
    for (const { tenant } of entry.waiters) this.#tenant(tenant).waiting += 1;
    this.#waiting += entry.waiters.length;
    this.#enter(this.#payer(entry), entry, 'first');
  }

  /**
   * Takes the request that is next in turn.
   * @param ready  whether a unit may be asked now; what waits for one that may not lets others pass
   */
  next(ready: (unit: number) => boolean): Entry | undefined {
    const able = this.#ring.filter(tenant => tenant.entries.some(entry => ready(entry.unit)));
    if (able.length === 0) return undefined;
    const rounds = Math.min(...able.map(tenant => Math.floor(-tenant.credit / (QUANTUM_MS * tenant.share)) + 1));
    if (rounds > 0) for (const tenant of able) tenant.credit += rounds * QUANTUM_MS * tenant.share;
    const chosen = able.find(tenant => tenant.credit > 0) as Tenant;
    const entry = chosen.entries.find(each => ready(each.unit)) as Entry;
    this.#leave(chosen, entry);
    return entry;
  }

  /** Charges the time that a request has taken, and passes the turn on when the tenant's share of this round is used up. */
  charge(entry: Entry, ms: number): void {
    const payer = this.#payer(entry);
    // WHY at least 1: so that even requests that take no time come in turns.
    payer.credit = Math.max(payer.credit - Math.max(ms, 1), -MOST_DEBT_MS);
    if (payer.credit > 0) return;
    this.#ring = [...this.#ring.filter(tenant => tenant !== payer), payer];
  }

  /** Takes everything out that waits, or what waits for one unit. */
  drain(unit?: number): readonly Entry[] {
    const out: Entry[] = [];
    for (const tenant of this.#ring)
      for (const entry of [...tenant.entries])
        if (unit === undefined || entry.unit === unit) {
          this.#leave(tenant, entry);
          out.push(entry);
        }
    return out;
  }

  #tenant(name: string): Tenant {
    const known = this.#tenants.get(name);
    if (known !== undefined) return known;
    const tenant = { name, share: this.#options.shares.get(name) ?? 1, entries: [], waiting: 0, credit: 0 };
    this.#tenants.set(name, tenant);
    this.#ring.push(tenant);
    return tenant;
  }

  #payer(entry: Entry): Tenant {
    return this.#tenant(entry.waiters[0]?.tenant ?? '');
  }

  #enter(tenant: Tenant, entry: Entry, place: 'first' | 'last'): void {
    if (place === 'first') tenant.entries.unshift(entry);
    else tenant.entries.push(entry);
    if (isRead(u8(entry.pdu, 0))) {
      if (place === 'last') this.#reads.set(readKey(entry.unit, entry.pdu), entry);
    } else this.#writes.set(entry.unit, (this.#writes.get(entry.unit) ?? 0) + 1);
  }

  #leave(tenant: Tenant, entry: Entry): void {
    tenant.entries.splice(tenant.entries.indexOf(entry), 1);
    for (const waiter of entry.waiters) this.#tenant(waiter.tenant).waiting -= 1;
    this.#waiting -= entry.waiters.length;
    // A tenant that has nothing to ask gathers no credit; what it owes it still owes.
    if (tenant.entries.length === 0) tenant.credit = Math.min(tenant.credit, 0);
    if (isRead(u8(entry.pdu, 0))) {
      const key = readKey(entry.unit, entry.pdu);
      if (this.#reads.get(key) === entry) this.#reads.delete(key);
    } else this.#writes.set(entry.unit, (this.#writes.get(entry.unit) ?? 0) - 1);
  }

  /** WHY not behind a write: who has written must read what it wrote, so its read must not join one from before. */
  #sameRead(unit: number, pdu: Uint8Array): Entry | undefined {
    if (!isRead(u8(pdu, 0)) || pdu.length !== 5 || (this.#writes.get(unit) ?? 0) > 0) return undefined;
    return this.#reads.get(readKey(unit, pdu));
  }
}

/** Unit, function, address and quantity in one whole number of 48 bits. */
function readKey(unit: number, pdu: Uint8Array): number {
  return ((unit * 0x100 + u8(pdu, 0)) * 0x1_0000 + u16(pdu, 1)) * 0x1_0000 + u16(pdu, 3);
}
