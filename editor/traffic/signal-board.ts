// The newest value of each signal of a CAN line. Pure.
import type { SeenFrame } from '../../runtime/model/seen-traffic.ts';
import { type DbcFile, signalsIn } from './dbc-shelf.ts';

/** More than a person looks through. */
const MOST_SIGNALS = 300;

export interface SignalReading {
  /** `EngineData.EngineSpeed`. */
  readonly name: string;
  /** The name of the value where the file has one, else the number. */
  readonly text: string;
  readonly unit: string;
  readonly atMs: number;
}

export class SignalBoard {
  #file: DbcFile | undefined;
  readonly #readings = new Map<string, SignalReading>();

  /** How often each end sees the same frame does not matter: the newest wins. */
  take(file: DbcFile | undefined, frames: readonly SeenFrame[]): void {
    if (file !== this.#file) this.#readings.clear();
    this.#file = file;
    if (file === undefined) return;
    for (const { frame, atMs } of frames) {
      const found = signalsIn(file, frame);
      for (const { signal, value, label } of found?.signals ?? []) {
        const name = `${found?.message.name}.${signal.name}`;
        if (!this.#readings.has(name) && this.#readings.size >= MOST_SIGNALS) continue;
        this.#readings.set(name, { name, text: label ?? valueText(value), unit: signal.unit, atMs });
      }
    }
  }

  /** By name. */
  readings(): readonly SignalReading[] {
    return [...this.#readings.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** As many digits as a signal has: factors of 0.1 leave 0.30000000000000004 behind. */
export function valueText(value: number): string {
  return String(Number(value.toPrecision(10)));
}
