// The fields by which events are chosen. What was chosen stays while there are new choices.
import { element } from '../../element.ts';
import type { Words } from '../../words.ts';
import { kindText } from './event-row.ts';
import { type Choices, type EventFilter, THE_GATEWAYS, TROUBLE } from './filter.ts';

const MINUTE_MS = 60_000;
const AGES = {
  quarter: 15 * MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: 1_440 * MINUTE_MS,
  week: 10_080 * MINUTE_MS,
} as const;

export interface FilterView {
  readonly root: HTMLElement;
  readonly filter: EventFilter;
  offer(choices: Choices): void;
}

export function filterView(words: Words, changed: () => void): FilterView {
  const label = (key: string) => ({ 'aria-label': words(`events.filter.${key}`) });
  const text = element('input', {
    attributes: { type: 'search', placeholder: words('events.filter.text'), ...label('text') },
  });
  const [kind, gateway, who, age] = [selectOf('kind'), selectOf('gateway'), selectOf('who'), selectOf('age')];
  function selectOf(key: string) {
    return element('select', { attributes: label(key) });
  }
  offerOf(age, [
    ['', words('events.filter.anyAge')],
    ...Object.keys(AGES).map(key => [key, words(`events.age.${key}`)] as const),
  ]);
  for (const select of [kind, gateway, who, age]) select.addEventListener('change', changed);
  text.addEventListener('input', changed);
  return {
    root: element('div', { class: 'gw-event-filter', attributes: { role: 'search' } }, text, kind, gateway, who, age),
    get filter() {
      const withinMs = AGES[age.value as keyof typeof AGES] ?? 0;
      return { text: text.value, kind: kind.value, gateway: gateway.value, who: who.value, withinMs };
    },
    offer(choices) {
      offerOf(kind, [
        ['', words('events.filter.anyKind')],
        [TROUBLE, words('events.filter.trouble')],
        ...choices.kinds.map(name => [name, kindText(name, words)] as const),
      ]);
      offerOf(gateway, [
        ['', words('events.filter.anyGateway')],
        ...choices.gateways.map(name => [name, name] as const),
      ]);
      offerOf(who, [
        ['', words('events.filter.anybody')],
        [THE_GATEWAYS, words('events.filter.gateways')],
        ...choices.users.map(name => [name, name] as const),
      ]);
    },
  };
}

function offerOf(select: HTMLSelectElement, options: readonly (readonly [string, string])[]): void {
  const key = JSON.stringify(options);
  if (select.dataset.options === key) return;
  select.dataset.options = key;
  const chosen = select.value;
  select.replaceChildren(...options.map(([value, text]) => element('option', { attributes: { value } }, text)));
  select.value = options.some(([value]) => value === chosen) ? chosen : '';
}
