// The owner of one physical line: all requests of all tenants to all its units go through it, one after the other. It alone
// writes to the wire. What it promises:
// - an answer that comes late never becomes the answer of another request;
// - one tenant's dead device costs the others one time-out now and then, and soon nothing;
// - nothing waits without bound, and every request ends: with an answer or an error that says why.

import { type KeptState, type PauseClock, systemClock } from '../../../host/kept-open.ts';
import { u8 } from '../pdu/bytes.ts';
import { EXCEPTION, EXCEPTION_BIT, FUNCTION, MOST_PDU_BYTES } from '../pdu/functions.ts';
import { isRead } from '../pdu/request.ts';
import type { OpenWire } from '../wire/wire.ts';
import { type LineCounters, newLineCounters } from './counters.ts';
import { Medium } from './medium.ts';
import { type FullOptions, fullOptions, type LineOptions } from './options.ts';
import { lineClosed, lineDown, noBroadcast, noPdu, outcomeError, queueFull, unitDown } from './refusals.ts';
import { type Entry, Schedule } from './schedule.ts';
import type { Outcome } from './transaction.ts';
import { UnitHealth } from './unit-health.ts';

export class ModbusLine {
  readonly counters: LineCounters = newLineCounters();
  readonly #options: FullOptions;
  readonly #clock: PauseClock;
  readonly #medium: Medium;
  readonly #schedule: Schedule;
  readonly #units = new Map<number, UnitHealth>();
  /** Units that are not asked until something late can no longer come, with how to stop waiting. */
  readonly #settling = new Map<number, () => void>();
  readonly #first = Promise.withResolvers<void>();
  #underWay = 0;
  #probe = 0;

  /** @param open  opens the wire; called again after it was lost */
  constructor(open: OpenWire, options: LineOptions, clock: PauseClock = systemClock) {
    this.#options = fullOptions(options);
    this.#clock = clock;
    this.#schedule = new Schedule(this.#options);
    this.#medium = new Medium(open, this.#options, this.counters, clock, {
      opened: () => {
        this.#first.resolve();
        this.#pump();
      },
      failed: why => this.#first.reject(why),
      lost: why => this.#failAll(lineDown(why)),
    });
    // Most owners do not wait for it.
    this.#first.promise.catch(() => {});
  }

  /** Resolves when the wire was opened for the first time; rejects with why it could not be, although it is tried again. */
  get opened(): Promise<void> {
    return this.#first.promise;
  }

  get state(): KeptState {
    return this.#medium.state;
  }

  /** Why it is not open. */
  get why(): unknown {
    return this.#medium.why;
  }

  /** Requests that wait, not counting those under way. */
  get waiting(): number {
    return this.#schedule.waiting;
  }

  /** Units that are given up for the time being. */
  unitsDown(): readonly number[] {
    return [...this.#units].filter(([, health]) => health.open).map(([unit]) => unit);
  }

  /**
   * Asks a unit.
   * @param tenant  whose queue and share of the line's time it is
   * @param unit    0 to 255; 0 on a serial line is everyone, and is done when the turnaround is over, with an empty answer
   * @param pdu     a request, function code first; kept until it is answered
   * @returns the answer's PDU, which may be an exception
   * @throws GatewrightError GW_MODBUS_LINE_DOWN, GW_MODBUS_UNIT_DOWN, GW_MODBUS_QUEUE_FULL, GW_MODBUS_SILENT,
   *   GW_MODBUS_GARBLED, GW_MODBUS_ANSWER, GW_MODBUS_REQUEST (a read of unit 0, or a PDU that fits no frame)
   */
  exchange(tenant: string, unit: number, pdu: Uint8Array): Promise<Uint8Array> {
    return new Promise((answer, fail) => {
      const refusal = this.#admit(unit, pdu, { tenant, answer, fail });
      if (refusal === undefined) this.#pump();
      else fail(refusal);
    });
  }

  /** Ends every request and frees the port, whatever is under way. */
  async close(): Promise<void> {
    const closed = this.#medium.close();
    for (const stop of this.#settling.values()) stop();
    this.#settling.clear();
    this.#failAll(lineClosed());
    this.#first.reject(lineClosed());
    await closed;
  }

  #admit(unit: number, pdu: Uint8Array, waiter: Entry['waiters'][number]): Error | undefined {
    if (this.state === 'closed') return this.#refuseDown(lineClosed());
    if (this.state !== 'open') return this.#refuseDown(lineDown(this.#medium.why));
    if (pdu.length < 1 || pdu.length > MOST_PDU_BYTES) return noPdu(pdu.length);
    if (this.#isBroadcast(unit) && isRead(u8(pdu, 0))) return noBroadcast();
    const health = this.#unit(unit);
    if (!health.admit(this.#clock.now())) {
      this.counters.refusedUnit += 1;
      return unitDown(unit);
    }
    const admission = this.#schedule.add(unit, pdu, waiter, this.#clock.now());
    if (admission === 'merged') this.counters.merged += 1;
    if (admission !== 'full' && admission !== 'no slot') return undefined;
    if (health.open) health.untried();
    this.counters.refusedFull += 1;
    const { slots } = this.#options;
    return queueFull(admission === 'full' ? 'the queue of the line is full' : `all ${slots} slots are taken`);
  }

  #refuseDown(error: Error): Error {
    this.counters.refusedDown += 1;
    return error;
  }

  #unit(unit: number): UnitHealth {
    const known = this.#units.get(unit);
    if (known !== undefined) return known;
    const health = new UnitHealth(this.#options.breaker, this.#options.probes);
    this.#units.set(unit, health);
    return health;
  }

  #isBroadcast(unit: number): boolean {
    return unit === 0 && !this.#medium.paired;
  }

  #pump(): void {
    while (this.state === 'open' && this.#underWay < this.#options.window) {
      const entry = this.#schedule.next(unit => !this.#settling.has(unit));
      if (entry === undefined) return;
      this.#underWay += 1;
      void this.#serve(entry).then(() => {
        this.#underWay -= 1;
        this.#pump();
      });
    }
  }

  /** Sees one request to its end, or puts it back. Never rejects. */
  async #serve(entry: Entry): Promise<void> {
    const start = this.#clock.now();
    if (start - entry.since > this.#options.staleMs) {
      this.counters.refusedFull += entry.waiters.length;
      this.#unit(entry.unit).untried();
      fail(entry, queueFull(`the request has waited ${Math.round(start - entry.since)} ms for the line`));
      return;
    }
    if (this.#isBroadcast(entry.unit)) {
      await this.#medium.broadcast(entry.pdu);
      for (const waiter of entry.waiters) waiter.answer(new Uint8Array(0));
    } else if (await this.#inStep(entry)) await this.#ask(entry);
    this.#schedule.charge(entry, this.#clock.now() - start);
    await this.#medium.pause(this.#options.gapMs);
  }

  /**
   * Makes sure that no late answer of the unit can pass for the one to this request.
   * @returns false when it cannot be asked now: it was ended, or put back until time has made sure, and other units go on
   */
  async #inStep(entry: Entry): Promise<boolean> {
    if (this.#medium.paired) return true;
    const health = this.#unit(entry.unit);
    const probe = health.step(entry.pdu, this.#clock.now()) === 'probe';
    if (probe && !(await this.#probeUnit(entry, health))) return false;
    if (health.step(entry.pdu, this.#clock.now()) === 'go') return true;
    this.#schedule.putBack(entry);
    const ready = () => {
      this.#settling.delete(entry.unit);
      this.#pump();
    };
    this.#settling.set(entry.unit, this.#clock.after(health.settledAt - this.#clock.now(), ready));
    return false;
  }

  /**
   * Asks for a number that only this question has. Its answer, or a refusal, shows that the unit is in step [6.8].
   * @returns false when the request had to be ended, because the line is lost or the unit is given up
   */
  async #probeUnit(entry: Entry, health: UnitHealth): Promise<boolean> {
    this.#probe = (this.#probe + 1) & 0xffff;
    this.counters.probes += 1;
    const pdu = Uint8Array.of(FUNCTION.diagnostics, 0, 0, this.#probe >> 8, this.#probe & 0xff);
    const outcome = await this.#transact(entry.unit, pdu);
    await this.#medium.pause(this.#options.gapMs);
    if (outcome.kind === 'answer') health.probed(pdu, u8(outcome.pdu, 0) >= EXCEPTION_BIT);
    else if (outcome.kind !== 'lost') {
      health.noProbe();
      if (this.#failed(entry.unit, health)) {
        fail(entry, outcomeError(entry.unit, outcome));
        return false;
      }
    }
    if (this.state === 'open') return true;
    this.#failDown(entry);
    return false;
  }

  async #ask(entry: Entry): Promise<void> {
    const health = this.#unit(entry.unit);
    const retries = isRead(u8(entry.pdu, 0)) && !health.open ? this.#options.retries : 0;
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#transact(entry.unit, entry.pdu);
      if (this.#conclude(entry, health, outcome)) return;
      if (attempt === retries || this.state !== 'open') {
        if (outcome.kind !== 'answer') fail(entry, outcomeError(entry.unit, outcome));
        return;
      }
      this.counters.retries += 1;
    }
  }

  /** @returns whether the request has ended; else it may be tried once more */
  #conclude(entry: Entry, health: UnitHealth, outcome: Outcome): boolean {
    if (outcome.kind === 'answer') {
      const code = u8(outcome.pdu, 0);
      if (code >= EXCEPTION_BIT) this.counters.exceptions += 1;
      health.proveBy(code & ~EXCEPTION_BIT);
      // A gateway that says that the device is silent: as good as silence, without the wait.
      const dead = code >= EXCEPTION_BIT && u8(outcome.pdu, 1) === EXCEPTION.gatewayTargetSilent;
      if (dead) this.#failed(entry.unit, health);
      else health.alive();
      for (const waiter of entry.waiters) waiter.answer(outcome.pdu);
      return true;
    }
    if (outcome.kind === 'misfit' || outcome.kind === 'lost') {
      health.untried();
      if (outcome.kind === 'misfit') health.alive();
      fail(entry, outcomeError(entry.unit, outcome));
      return true;
    }
    if (!this.#failed(entry.unit, health)) return false;
    fail(entry, outcomeError(entry.unit, outcome));
    return true;
  }

  /** Counts a failure of a unit. When it is given up, so are the requests that wait for it. */
  #failed(unit: number, health: UnitHealth): boolean {
    if (!health.failed(this.#clock.now())) return false;
    for (const waiting of this.#schedule.drain(unit)) {
      this.counters.refusedUnit += waiting.waiters.length;
      fail(waiting, unitDown(unit));
    }
    return true;
  }

  async #transact(unit: number, pdu: Uint8Array): Promise<Outcome> {
    const outcome = await this.#medium.ask(unit, pdu);
    const timedOut = outcome.kind === 'silent' || outcome.kind === 'garbled';
    if (timedOut && !this.#medium.paired) this.#unit(unit).owe(pdu, this.#clock.now() + this.#options.lateMs);
    return outcome;
  }

  /** WHY nothing waits for the line to come back: a write must not reach a machine long after it was asked for. */
  #failAll(error: Error): void {
    for (const entry of this.#schedule.drain()) {
      this.counters.refusedDown += entry.waiters.length;
      this.#unit(entry.unit).untried();
      fail(entry, error);
    }
  }

  #failDown(entry: Entry): void {
    this.counters.refusedDown += entry.waiters.length;
    this.#unit(entry.unit).untried();
    fail(entry, lineDown(this.#medium.why));
  }
}

function fail(entry: Entry, error: Error): void {
  for (const waiter of entry.waiters) waiter.fail(error);
}
