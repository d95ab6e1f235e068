// Shows below each rule of the form how often it decided, while the form is open.
import { element } from '../../../editor/element.ts';
import { agoOf, countText } from '../../../editor/traffic/figures.ts';
import { design, observe } from './firewall-client.ts';
import { guardedBy } from './guarded.ts';
import { hitsOf, type ListHits, type RuleHits } from './rule-hits.ts';

const EVERY_MS = 3_000;
/** What fits no rule, on lines and on networks. */
const NO_RULE = ['otherwise', 'default'];

/**
 * Asks again and again until the form is closed.
 * @param lists  by the protocol of a line, the list that holds its rules
 */
export function showHits(node: EditorNode, lists: Readonly<Record<string, string>>): void {
  const name = node.name ?? '';
  const forms = [...Object.values(lists), 'rules'].map(list => document.getElementById(`gw-list-${list}`));
  const isOpen = () => forms.some(form => form?.isConnected);
  const look = async () => {
    const { gateways } = guardedBy(name, await design());
    if (gateways.length === 0) return;
    // A gateway that is away shows nothing; the others do.
    const seen = await Promise.all(gateways.map(gateway => observe(gateway).catch(() => undefined)));
    const known = seen.filter(one => one !== undefined);
    if (known.length > 0) paint(node, hitsOf(name, known, lists), lists);
  };
  const again = () => {
    if (!isOpen()) return;
    void look()
      .catch(() => undefined) // the platform is away; asked again
      .then(() => setTimeout(again, EVERY_MS));
  };
  if (name !== '') again();
}

function paint(node: EditorNode, found: ListHits, lists: Readonly<Record<string, string>>): void {
  for (const list of [...Object.values(lists), 'rules']) {
    const hits = found.get(list);
    if (hits === undefined) continue;
    for (const row of document.querySelectorAll(`#gw-list-${list} .gw-list-row`)) paintRow(node, row, hits);
    paintRest(node, list, hits);
  }
}

function paintRow(node: EditorNode, row: Element, hits: ReadonlyMap<string, RuleHits>): void {
  const id = row.querySelector<HTMLInputElement>('[data-gw-field="id"]')?.value ?? '';
  const place = row.querySelector('.gw-rule-hits') ?? element('div', { class: 'gw-rule-hits' });
  if (!place.isConnected) row.append(place);
  const text = hitsText(node, hits.get(id));
  if (place.textContent !== text) place.textContent = text;
}

/** Below the list: what no rule let pass. */
function paintRest(node: EditorNode, list: string, hits: ReadonlyMap<string, RuleHits>): void {
  const part = document.getElementById(`gw-part-${list}`);
  const rest = NO_RULE.map(id => hits.get(id)).find(one => one !== undefined);
  if (part === null || rest === undefined) return;
  const place = part.querySelector('.gw-rest-hits') ?? element('div', { class: 'gw-rest-hits gw-rule-hits' });
  if (!place.isConnected) part.querySelector('.red-ui-editableList')?.after(place);
  place.textContent = node._('hits.rest', { hits: hitsText(node, rest) });
}

/** A rule that is not applied yet has none. */
function hitsText(node: EditorNode, hits: RuleHits | undefined): string {
  if (hits === undefined) return node._('hits.new');
  if (hits.hits === 0) return node._('hits.none');
  const count = countText(hits.hits);
  if (hits.lastMs === undefined) return node._('hits.count', { count });
  const { unit, count: ago } = agoOf(Date.now() - hits.lastMs);
  return node._('hits.last', { count, ago: node._(`hits.ago.${unit}`, { count: ago }) });
}
