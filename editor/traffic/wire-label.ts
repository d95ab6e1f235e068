// What the label of a wire says: rates, what is refused or lost, the last values. Pure.
import type { Address } from '../../runtime/model/address.ts';
import type { SeenFrame } from '../../runtime/model/seen-traffic.ts';
import type { Words } from '../words.ts';
import type { BusWire } from './bus-wires.ts';
import type { CardRates } from './card-history.ts';
import { rateText } from './figures.ts';
import { valuesText } from './frame-text.ts';
import type { EndRates } from './line-history.ts';
import type { WatchedLine } from './traffic-store.ts';

export interface WireLabel {
  /** Above the wire, and below it: what VMs say, and what they hear. */
  readonly said: string;
  readonly heard: string;
  readonly trouble: string;
  /** The values of the last frame. */
  readonly last: string;
}

/** @returns `undefined` while nothing is known of those VMs */
export function busLabel(
  { vms, last }: BusWire,
  watched: WatchedLine | undefined,
  words: Words,
): WireLabel | undefined {
  const ends = watched?.seen.ends.filter(({ end }) => vms.has(end as Address<'vm'>)) ?? [];
  if (watched === undefined || ends.length === 0) return undefined;
  const rates = ends.map(({ end }) => watched.history.rates(end));
  const sum = (pick: (of: EndRates) => number) => rates.reduce((total, each) => total + pick(each), 0);
  // What a firewall refused is seen behind it only: what a VM says is counted there, what it hears is counted before.
  const said = sum(({ in: from }) => (last ? from.frames : from.frames - from.denied));
  const heard = sum(({ out: to }) => (last ? to.frames : to.frames + to.denied));
  const refused = last ? sum(each => each.in.denied + each.out.denied) : 0;
  const lost = last ? sum(each => each.in.dropped + each.out.dropped) : 0;
  const unplugged = ends.every(({ plugged }) => plugged === false) ? [words('traffic.wire.unplugged')] : [];
  return {
    said: `← ${rateText(said)}`,
    heard: `→ ${rateText(heard)}`,
    trouble: troubleText([...lossTexts({ refused, lost }, words), ...unplugged]),
    last: lastValues(watched, vms, words),
  };
}

/** The wire leads away from the VM. @returns `undefined` while nothing is known of the card */
export function cardLabel(rates: CardRates | undefined, words: Words): WireLabel | undefined {
  if (rates === undefined) return undefined;
  const { said, heard } = rates;
  return {
    said: `→ ${rateText(said)}`,
    heard: `← ${rateText(heard)}`,
    trouble: troubleText(lossTexts(rates, words)),
    last: '',
  };
}

function lossTexts({ refused, lost }: Pick<CardRates, 'refused' | 'lost'>, words: Words): readonly string[] {
  return [
    ...(refused > 0 ? [words('traffic.wire.refused', { rate: rateText(refused) })] : []),
    ...(lost > 0 ? [words('traffic.wire.lost', { rate: rateText(lost) })] : []),
  ];
}

function troubleText(troubles: readonly string[]): string {
  return troubles.length === 0 ? '' : `▮ ${troubles.join(', ')}`;
}

/** Of the VM that spoke or was spoken to last. */
function lastValues({ log, seen }: WatchedLine, vms: BusWire['vms'], words: Words): string {
  const frames = [...vms].flatMap(vm => log.last(vm) ?? []);
  const last = frames.reduce<SeenFrame | undefined>(
    (newest, frame) => (newest === undefined || frame.atMs >= newest.atMs ? frame : newest),
    undefined,
  );
  return last === undefined ? '' : valuesText(last, seen.protocol, words);
}
