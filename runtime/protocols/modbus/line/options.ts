// The settings of a line, with what they are when nothing is said.
import { BITS_OF_CHARACTER } from '../wire/serial.ts';
import type { BreakerOptions } from './unit-health.ts';

export interface LineOptions {
  /** `rtu`: serial frames, on a serial port or through a socket. `tcp`: Modbus TCP. */
  readonly carrier: 'rtu' | 'tcp';
  /** Speed of a real serial line; decides pauses and how long frames take. Without it frames take no time. */
  readonly baudRate?: number;
  /** From the end of a request to the end of waiting for its answer, beside the time the frames take. Default 1,000. */
  readonly answerMs?: number;
  /** Quiet that a serial line must have after a time-out or a broadcast before it is used again [SL 2.4.1]. Default 100. */
  readonly turnaroundMs?: number;
  /**
   * How long after a time-out a device may still send its answer; only for devices that do not answer function 8, for
   * others the line finds out. Default 3 times `answerMs`.
   */
  readonly lateMs?: number;
  /**
   * Whether a device that was late is asked with function 8 if it is in step again. Default yes; otherwise the line waits
   * for `lateMs` before it asks that device something that a late answer could pass for.
   */
  readonly probes?: boolean;
  /** How often a read is asked again after a time-out. Writes never are: the device may have done them. Default 1. */
  readonly retries?: number;
  /** The adapter hears what it sends. Default no. */
  readonly echoes?: boolean;
  /** Requests under way at once, on `tcp` only. Default 1: some controllers answer only the first of several. */
  readonly window?: number;
  /** Most requests that wait: 256 in all, 64 of one tenant. */
  readonly most?: number;
  readonly slots?: number;
  /** Share of the line's time by tenant; 1 for those not named. */
  readonly shares?: ReadonlyMap<string, number>;
  /**
   * Time-outs in a row, of whatever units, after which a connection without a byte is taken for dead and made anew, on `tcp`
   * only. Default 3.
   */
  readonly deadAfter?: number;
  /** A request that has waited longer is not sent any more: whoever asked has given up. Default 5,000. */
  readonly staleMs?: number;
  /** Default 3 failures, 5,000 ms up to 60,000 ms. */
  readonly breaker?: BreakerOptions;
  /** Pause before the wire is opened again. Default 100 ms, doubling to 5,000 ms. */
  readonly againMs?: number;
  readonly againMostMs?: number;
}

export type FullOptions = Required<Omit<LineOptions, 'baudRate'>> & {
  /** Pause between an answer and the next request: 3.5 characters, 1.75 ms at least [SL 2.5.1.1]. */
  readonly gapMs: number;
  /** Time that a byte takes on the line. */
  readonly byteMs: number;
};

export function fullOptions(options: LineOptions): FullOptions {
  const { baudRate, ...given } = options;
  const byteMs = baudRate === undefined ? 0 : (1000 * BITS_OF_CHARACTER) / baudRate;
  return {
    answerMs: 1_000,
    turnaroundMs: options.carrier === 'rtu' ? 100 : 0,
    lateMs: 3 * (options.answerMs ?? 1_000),
    probes: true,
    retries: 1,
    echoes: false,
    most: 256,
    slots: 64,
    shares: new Map(),
    deadAfter: 3,
    staleMs: 5_000,
    breaker: { failures: 3, coolMs: 5_000, coolMostMs: 60_000 },
    againMs: 100,
    againMostMs: 5_000,
    ...given,
    window: options.carrier === 'tcp' ? (options.window ?? 1) : 1,
    gapMs: baudRate === undefined ? 0 : Math.max(3.5 * byteMs, 1.75),
    byteMs,
  };
}
