// A plan as the platform words it: what people will notice is always open, the steps can be folded.
import type { Plan } from '../../../runtime/model/plan.ts';
import { element } from '../../element.ts';
import { revealNode } from '../../reveal.ts';
import type { Words } from '../../words.ts';

/** More lines than this start folded. */
const FOLD_ABOVE = 40;

/** The first two blocks of the text: how much changes, and what people will notice. */
export function noticeView(text: readonly string[]): HTMLElement {
  const [headline = [], notices = []] = blocksOf(text);
  // The card says already which gateway this is.
  const tally = headline.join(' ').replace(/^.*?: /, '');
  const [first, ...rest] = notices;
  return element(
    'div',
    { class: 'gw-plan' },
    element('p', { class: 'gw-plan-headline' }, tally),
    first === undefined ? undefined : element('p', { class: rest.length > 0 ? 'gw-plan-heading' : '' }, first),
    ...rest.map(line => element('p', { class: isLasting(line) ? 'gw-irreversible' : '' }, line.trim())),
  );
}

/** The steps, tenant by tenant; `undefined` when there are none. */
export function stepsView(plan: Plan, text: readonly string[], words: Words): HTMLElement | undefined {
  const [, , ...tenants] = blocksOf(text);
  if (tenants.length === 0) return undefined;
  const nodes = new Map<string, string>();
  for (const { address, source } of plan.steps) if (source !== undefined) nodes.set(address, source.node);
  const summary = element('summary', {}, words('plan.steps', { count: plan.steps.length }));
  const steps = element(
    'details',
    { class: 'gw-plan-steps' },
    summary,
    ...tenants.map(block => blockView(block, nodes)),
  );
  steps.open = tenants.flat().length <= FOLD_ABOVE;
  return steps;
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

function isLasting(line: string): boolean {
  return line.startsWith('!') || line.includes('cannot be undone');
}

function blockView(block: readonly string[], nodes: ReadonlyMap<string, string>): HTMLElement {
  const [tenant = '', ...lines] = block;
  const heading = element('p', { class: 'gw-plan-heading' }, tenant);
  return element('div', { class: 'gw-plan-block' }, heading, ...lines.map(line => lineView(line, nodes)));
}

/** `! -/+ vm.cell-7/robot-a  why`: mark, sign, address and reason of a step. Other lines are its fields. */
const STEP = /^(.) (.{3}) (\S+) {2}(.*)$/;

function lineView(line: string, nodes: ReadonlyMap<string, string>): HTMLElement {
  const [, , sign = '', address = '', reason = ''] = STEP.exec(line) ?? [];
  if (address === '') return element('div', { class: 'gw-plan-field' }, line.trim());
  const node = nodes.get(address);
  const parts = [
    element('span', { class: 'gw-step-sign' }, sign.trim()),
    element('span', { class: 'gw-step-address' }, address),
    element('span', { class: 'gw-step-reason' }, reason),
  ];
  const style = `gw-step ${isLasting(line) ? 'gw-irreversible' : ''}`;
  if (node === undefined) return element('div', { class: style }, ...parts);
  // A step leads to the node it was drawn at.
  const leads = { attributes: { type: 'button' }, onClick: () => revealNode(node) };
  return element('button', { class: `${style} gw-link`, ...leads }, ...parts);
}
