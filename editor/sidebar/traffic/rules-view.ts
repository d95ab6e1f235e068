// What the rules of the firewalls of a line decided, and when last.
import type { RuleFigures } from '../../../runtime/model/line-figures.ts';
import { element } from '../../element.ts';
import { agoText } from '../../time-text.ts';
import { countText } from '../../traffic/figures.ts';
import type { WatchedLine } from '../../traffic/traffic-store.ts';
import type { Words } from '../../words.ts';
import { keyedRows, type Row, setText } from '../keyed-rows.ts';
import { endName } from './end-names.ts';

interface RuleSight {
  /** `grid-guard to reader`. */
  readonly way: string;
  readonly rule: RuleFigures;
  readonly atMs: number;
}

/** What fits no rule. */
const OTHERWISE = 'otherwise';

export function rulesView(words: Words): Row<WatchedLine> {
  const summary = element('summary', {}, words('traffic.rules.title'));
  const head = ['rule', 'hits', 'last'].map((key, index) =>
    element(
      'th',
      { class: `gw-column ${index > 0 ? 'gw-figure' : ''}`, attributes: { scope: 'col' } },
      words(`traffic.rules.${key}`),
    ),
  );
  const body = element('tbody');
  const table = element(
    'table',
    { class: 'gw-table gw-rules' },
    element('thead', {}, element('tr', {}, ...head)),
    body,
  );
  const root = element('details', { class: 'gw-fold' }, summary, table);
  root.open = true;
  const show = keyedRows<RuleSight>(
    body,
    ({ way, rule }) => `${way} ${rule.id}`,
    sight => ruleRow(sight, words),
  );
  return {
    root,
    update(watched) {
      const rules = rulesOf(watched, words);
      root.hidden = rules.length === 0;
      if (root.open) show(rules);
    },
  };
}

function rulesOf({ seen, atMs }: WatchedLine, words: Words): readonly RuleSight[] {
  return seen.ends.flatMap(({ end, firewalls }) =>
    firewalls.flatMap(({ firewall, rules }) => {
      const way = words('traffic.rules.way', { firewall, end: endName(end, words) });
      return rules.map(rule => ({ way, rule, atMs }));
    }),
  );
}

function ruleRow({ way, rule }: RuleSight, words: Words): Row<RuleSight> {
  const hits = element('td', { class: 'gw-figure' });
  const last = element('td', { class: 'gw-figure' });
  const over = element('div', { class: 'gw-trouble' });
  const name = rule.id === OTHERWISE ? words('traffic.rules.otherwise') : rule.id;
  const id = element('span', { class: rule.id === OTHERWISE ? 'gw-otherwise' : '' }, name);
  const title = element(
    'th',
    { attributes: { scope: 'row' } },
    id,
    element('div', { class: 'gw-rule-way' }, way),
    over,
  );
  return {
    root: element('tr', { class: 'gw-row' }, title, hits, last),
    update({ rule: now, atMs }) {
      setText(hits, countText(now.hits));
      setText(last, now.lastHit === undefined ? '–' : agoText(atMs - now.lastHit, words));
      setText(over, now.over === 0 ? '' : words('traffic.rules.over', { count: countText(now.over) }));
    },
  };
}
