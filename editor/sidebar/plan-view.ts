// A plan as the platform words it: the headline and what people will notice are always open, the steps can be folded.
import type { Plan } from '../../runtime/model/plan.ts';
import { element } from '../element.ts';
import { revealNode } from '../reveal.ts';
import type { Words } from '../words.ts';

/** More lines than this start folded. */
const FOLD_ABOVE = 40;

export function planView(plan: Plan, text: readonly string[], words: Words): HTMLElement {
  const [headline = [], notices = [], ...tenants] = blocksOf(text);
  const lines = tenants.flat();
  const nodes = new Map(
    plan.steps.flatMap(step => (step.source === undefined ? [] : [[step.address as string, step.source.node]])),
  );
  const summary = element('summary', {}, words('plan.steps', { count: plan.steps.length }));
  const steps = element(
    'details',
    { class: 'gw-plan-steps' },
    summary,
    ...tenants.map(block => blockView(block, nodes)),
  );
  steps.open = lines.length <= FOLD_ABOVE;
  return element(
    'div',
    { class: 'gw-plan' },
    element('p', { class: 'gw-plan-headline' }, headline.join(' ')),
    notices.length === 0 ? undefined : noticeView(notices),
    lines.length === 0 ? undefined : steps,
  );
}

/** Lines between empty lines. */
function blocksOf(text: readonly string[]): readonly (readonly string[])[] {
  const blocks: string[][] = [[]];
  for (const line of text) {
    if (line === '') blocks.push([]);
    else blocks[blocks.length - 1]?.push(line);
  }
  return blocks;
}

function noticeView(notices: readonly string[]): HTMLElement {
  const [first = '', ...rest] = notices;
  return element(
    'div',
    { class: 'gw-plan-notices' },
    element('p', { class: 'gw-plan-heading' }, first),
    ...rest.map(line => element('p', { class: /cannot be undone/.test(line) ? 'gw-irreversible' : '' }, line.trim())),
  );
}

function blockView(block: readonly string[], nodes: ReadonlyMap<string, string>): HTMLElement {
  const [tenant = '', ...lines] = block;
  return element(
    'div',
    { class: 'gw-plan-block' },
    element('p', { class: 'gw-plan-heading' }, tenant),
    ...lines.map(line => lineView(line, nodes)),
  );
}

/** A line of a step leads to the node it was drawn at. */
function lineView(line: string, nodes: ReadonlyMap<string, string>): HTMLElement {
  const style = `gw-plan-line ${line.startsWith('!') ? 'gw-irreversible' : ''}`;
  const address = /\b[a-z]+\.[a-z0-9-]+\/[a-z0-9.-]+/.exec(line)?.[0] ?? '';
  const node = line.startsWith('        ') ? undefined : nodes.get(address);
  if (node === undefined) return element('div', { class: style }, line);
  return element(
    'button',
    { class: `${style} gw-link`, attributes: { type: 'button' }, onClick: () => revealNode(node) },
    line,
  );
}
