// Rates at the cards of VMs, out of counters that only grow. Pure.
import type { Address } from '../../runtime/model/address.ts';
import type { PortFigures } from '../../runtime/model/port-figures.ts';
import { RATE_OVER } from './line-history.ts';

/** Frames in a second. */
export interface CardRates {
  readonly said: number;
  readonly heard: number;
  readonly refused: number;
  readonly lost: number;
}

type Counted = CardRates;
const RATES = ['said', 'heard', 'refused', 'lost'] as const;

interface Sample {
  readonly atMs: number;
  readonly counted: Counted;
}

export class CardHistory {
  #cards = new Map<Address<'port'>, readonly Sample[]>();

  /** Takes what was counted so far; cards that are not among them are forgotten. @param atMs  Unix time of the gateway in ms */
  take(atMs: number, ports: readonly PortFigures[]): void {
    this.#cards = new Map(
      ports.map(figures => [figures.port, grown(this.#cards.get(figures.port), { atMs, counted: countedOf(figures) })]),
    );
  }

  /** @returns `undefined` until there is something to compare */
  rates(port: Address<'port'>): CardRates | undefined {
    const samples = this.#cards.get(port) ?? [];
    const [first, last] = [samples[0], samples.at(-1)];
    if (first === undefined || last === undefined || first === last) return undefined;
    const seconds = (last.atMs - first.atMs) / 1_000;
    const rate = (what: (typeof RATES)[number]) => (last.counted[what] - first.counted[what]) / seconds;
    return { said: rate('said'), heard: rate('heard'), refused: rate('refused'), lost: rate('lost') };
  }
}

function countedOf({ in: said, out: heard }: PortFigures): Counted {
  const refused = (said.denied ?? 0) + (heard.denied ?? 0);
  return { said: said.frames, heard: heard.frames, refused, lost: said.dropped + heard.dropped };
}

/** Counters begin anew when their card does, and a clock may have been set back. */
function grown(before: readonly Sample[] = [], sample: Sample): readonly Sample[] {
  const last = before.at(-1);
  const isNew =
    last === undefined || sample.atMs <= last.atMs || RATES.some(what => sample.counted[what] < last.counted[what]);
  return isNew ? [sample] : [...before, sample].slice(-(RATE_OVER + 1));
}
