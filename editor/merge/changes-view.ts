// What one side changed: what it means for gateways first, then the nodes of which that says nothing.
import { element } from '../element.ts';
import { changeText, shortened } from '../sidebar/plan/change-text.ts';
import type { Words } from '../words.ts';
import { type FieldChanged, type NodeChanged, nodesChanged } from './changes.ts';
import type { Compared } from './compared.ts';
import type { Side } from './three-way.ts';

const SIGNS = { create: '+', update: '~', remove: '−' } as const;
/** Of a long list the rest is counted. */
const MOST = 40;
/** What says nothing to people. */
const UNTOLD: ReadonlySet<string> = new Set(['z', 'g', 'wires', 'outputs', 'version']);

export function changesView(title: string, side: Side, meaning: Compared | undefined, words: Words): HTMLElement {
  const nodes = nodesChanged(side.from, side.to);
  // Of a drawing with errors only the nodes say for sure what is different.
  const sure = meaning?.faulty === false ? meaning : undefined;
  const meant = sure === undefined ? [] : [...sure.owners.map(ownerRow), ...sure.resources.map(resourceRow)];
  const told = new Set(sure?.resources.map(({ source }) => source.node.split('/').at(-1)));
  const others = nodes.filter(({ node, how }) => how !== 'moved' && !told.has(node)).map(node => nodeRow(node, words));
  const moved = nodes.filter(({ how }) => how === 'moved').length;
  const rows = [...meant, ...others];
  return element(
    'section',
    {},
    element('h4', {}, title),
    element('ul', {}, ...rows.slice(0, MOST)),
    rows.length > MOST ? element('p', {}, words('merge.more', { count: rows.length - MOST })) : undefined,
    moved > 0 ? element('p', { class: 'gw-note' }, words('merge.moved', { count: moved })) : undefined,
    rows.length + moved === 0 ? element('p', { class: 'gw-note' }, words('merge.nothing')) : undefined,
  );
}

function resourceRow({ action, address, changes }: Compared['resources'][number]): HTMLElement {
  return row(SIGNS[action], address, changes);
}

function ownerRow({ action, of, name, changes }: Compared['owners'][number]): HTMLElement {
  return row(SIGNS[action], `${of}.${name}`, changes);
}

function nodeRow({ label, how, fields }: NodeChanged, words: Words): HTMLElement {
  const sign = { added: '+', removed: '−', changed: '~', moved: '~' }[how];
  const told = fields.filter(({ field }) => !UNTOLD.has(field));
  const wires = fields.length > told.length ? ` ${words('merge.wires')}` : '';
  return row(sign, `${label}${wires}`, told);
}

function row(sign: string, name: string, changes: readonly FieldChanged[]): HTMLElement {
  const fields = changes.map(changeText).map(({ field, from = '–', to = '–' }) => {
    const text = `${field}: ${shortened(from)} → ${shortened(to)}`;
    return element('div', { class: 'gw-plan-field', title: `${from} → ${to}` }, text);
  });
  return element('li', {}, element('span', { class: 'gw-step-sign' }, sign), ` ${name}`, ...fields);
}
