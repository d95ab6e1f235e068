// What became of something that others have drawn, as lists. All of it is text, whatever it is named.
import type { ConversionReport, ConvertedLine } from '../../runtime/convert/conversion.ts';
import type { DomainReport } from '../../runtime/convert/domain/report.ts';
import { element } from '../element.ts';
import type { Words } from '../words.ts';

const OUTCOMES = ['converted', 'partly', 'not-converted', 'kept'] as const;

interface Item {
  readonly text: string;
  readonly outcome: (typeof OUTCOMES)[number];
  readonly notes: readonly string[];
}

export function conversionView({ gateway, lines, entries }: ConversionReport, words: Words): HTMLElement {
  const items = entries.map(({ type, label, outcome, became, notes }) => {
    const name = label === type ? type : `${label} (${type})`;
    return { text: arrow(name, became), outcome, notes };
  });
  const drawn = lines.length === 0 ? words('exchange.nothing') : words('exchange.drawnOn', { gateway });
  return element(
    'div',
    {},
    element('p', {}, drawn),
    ...lines.map(line => lineView(line, words)),
    ...sections(items, words),
  );
}

export function domainView({ gateway, vm, parts }: DomainReport, words: Words): HTMLElement {
  const items = parts.map(({ what, outcome, became, notes }) => ({ text: arrow(what, became), outcome, notes }));
  return element('div', {}, element('p', {}, words('exchange.vmOn', { vm, gateway })), ...sections(items, words));
}

function arrow(what: string, became: readonly string[]): string {
  return became.length === 0 ? what : `${what} → ${became.join(', ')}`;
}

function lineView({ what, bus, firewall, vm, allowed, inside }: ConvertedLine, words: Words): HTMLElement {
  const names = [bus, ...(firewall === undefined ? [] : [firewall]), vm].join(' → ');
  const denies =
    firewall === undefined ? 'exchange.noRules' : allowed.length === 0 ? 'exchange.denies' : 'exchange.allows';
  return element(
    'section',
    { class: 'gw-card' },
    element('h3', {}, what),
    element('p', {}, names),
    element('p', {}, words(denies, { firewall: firewall ?? '' })),
    element('ul', {}, ...allowed.map(one => element('li', {}, one))),
    element('p', { class: 'gw-note' }, `${vm}: ${inside}.`),
  );
}

function sections(items: readonly Item[], words: Words): readonly HTMLElement[] {
  return OUTCOMES.flatMap(outcome => {
    const own = items.filter(item => item.outcome === outcome);
    return own.length === 0 ? [] : [section(words(`exchange.outcome.${outcome}`, { count: own.length }), own)];
  });
}

function section(title: string, items: readonly Item[]): HTMLElement {
  const list = items.map(({ text, notes }) =>
    element('li', {}, text, ...notes.map(note => element('p', { class: 'gw-note' }, note))),
  );
  return element('section', {}, element('h3', {}, title), element('ul', {}, ...list));
}
