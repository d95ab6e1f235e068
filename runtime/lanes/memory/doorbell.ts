// Wakes a thread that sleeps, and only one that does: a wake-up costs more than handling a burst.
import { burstAddon } from '../native/addon.ts';
import { BELL, LINE_BYTES, SLEEP } from './layout.ts';

/** What ends a wait in the kernel. See the addon. */
export interface Alarms {
  /** @returns -1 when there is none left */
  takeAlarm(): number;
  giveAlarm(alarm: number): void;
  ringAlarm(alarm: number): void;
}

/** Time in the kernel when nothing could end it earlier. */
const DEAF_MS = 2;

/** One per thread that consumes, however many rings it drains. */
export class Doorbell {
  /** Hand this to another thread. */
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #alarms: () => Alarms | undefined;

  /** @param alarms  gives what rings alarms; asked only when the thread sleeps in the kernel */
  constructor(
    shared: SharedArrayBuffer = new SharedArrayBuffer(LINE_BYTES),
    alarms: () => Alarms | undefined = nativeAlarms,
  ) {
    this.shared = shared;
    this.#words = new Int32Array(shared);
    this.#alarms = alarms;
  }

  /** Wakes the thread if it sleeps; any thread may ring. Costs one load when it does not. */
  ring(): void {
    if (Atomics.load(this.#words, BELL.sleeping) === SLEEP.awake) return;
    const slept = Atomics.exchange(this.#words, BELL.sleeping, SLEEP.awake);
    if (slept === SLEEP.memory) Atomics.notify(this.#words, BELL.sleeping, 1);
    else if (slept === SLEEP.kernel) this.#alarms()?.ringAlarm(this.#alarm);
  }

  /** Asks the thread to read its messages, and wakes it for that. */
  call(): void {
    Atomics.store(this.#words, BELL.called, 1);
    this.ring();
  }

  /** Was the thread called? Asking takes the call back. */
  wasCalled(): boolean {
    return Atomics.load(this.#words, BELL.called) === 1 && Atomics.exchange(this.#words, BELL.called, 0) === 1;
  }

  /** Is there a call that nobody asked for yet? */
  get isCalled(): boolean {
    return Atomics.load(this.#words, BELL.called) === 1;
  }

  /**
   * Blocks the calling thread until the bell rings or time is up. Not for a thread whose event loop must go on.
   * @param hasWork  asked once more when the flag is up: what came just before it is not slept over
   */
  sleep(mostMs: number, hasWork: () => boolean): void {
    Atomics.store(this.#words, BELL.sleeping, SLEEP.memory);
    if (!hasWork()) Atomics.wait(this.#words, BELL.sleeping, SLEEP.memory, mostMs);
    Atomics.store(this.#words, BELL.sleeping, SLEEP.awake);
  }

  /** The same for a thread whose event loop goes on meanwhile. A wait alone does not keep the thread alive. */
  async sleepAside(mostMs: number, hasWork: () => boolean): Promise<void> {
    Atomics.store(this.#words, BELL.sleeping, SLEEP.memory);
    if (!hasWork()) {
      const wait = Atomics.waitAsync(this.#words, BELL.sleeping, SLEEP.memory, mostMs);
      if (wait.async) await wait.value;
    }
    Atomics.store(this.#words, BELL.sleeping, SLEEP.awake);
  }

  /**
   * The same while the thread waits for something in the kernel, such as sockets.
   * @param wait  blocks until something is there, the alarm rings or time is up, in ms; without an alarm (-1) the time is short
   */
  sleepInKernel(mostMs: number, hasWork: () => boolean, wait: (alarm: number, mostMs: number) => void): void {
    if (this.#alarm < 0) this.#takeAlarm();
    Atomics.store(this.#words, BELL.sleeping, SLEEP.kernel);
    if (!hasWork()) wait(this.#alarm, this.#alarm < 0 ? Math.min(mostMs, DEAF_MS) : mostMs);
    Atomics.store(this.#words, BELL.sleeping, SLEEP.awake);
  }

  /** Gives the alarm back, if there is one. Called when no thread sleeps by this bell any more. */
  close(): void {
    const alarm = Atomics.exchange(this.#words, BELL.alarm, 0) - 1;
    if (alarm >= 0) this.#alarms()?.giveAlarm(alarm);
  }

  get #alarm(): number {
    return Atomics.load(this.#words, BELL.alarm) - 1;
  }

  /** WHY it stays in the bell: a thread that crashed leaves it to the next one. */
  #takeAlarm(): void {
    Atomics.store(this.#words, BELL.alarm, (this.#alarms()?.takeAlarm() ?? -1) + 1);
  }
}

function nativeAlarms(): Alarms | undefined {
  const loaded = burstAddon();
  return 'addon' in loaded ? loaded.addon : undefined;
}
