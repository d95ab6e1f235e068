// Takes what is over into the drawing: finds the one field of one node that draws a difference, and proves by compiling that
// changing it draws exactly what is and changes nothing else. Knows no node type: whatever compiles can be taken over.
import { compile } from '../../compile/compile.ts';
import { canonicalJson } from '../../model/canonical.ts';
import type { Design } from '../../model/design.ts';
import { hasErrors } from '../../model/diagnostic.ts';
import type { Drifted } from '../../model/drift.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { NodeType } from '../../model/node-type.ts';
import type { Observed } from '../../model/observed.ts';
import { listed, plainText } from '../../model/plain-text.ts';
import { compareDesigns } from '../../plan/compare.ts';
import { leave } from '../../plan/leave.ts';
import { fieldWords } from '../../plan/render-comparison.ts';
import { candidates, edited, type FieldEdit, isOurs, variableIn } from './candidates.ts';
import { widening } from './values.ts';

/** Compiling is what costs. */
const MOST_TRIED = 60;

export interface Adoption {
  /** Which difference. */
  readonly wanted: Pick<Drifted, 'address' | 'field' | 'whole'>;
  /** Everything that differs: what goes along with it may change too. */
  readonly drifted: readonly Drifted[];
  readonly observed: Observed;
}

/**
 * @returns the edit that draws what is
 * @throws GatewrightError GW_ADOPT_REFUSED with why there is none
 */
export function adopt(flow: readonly unknown[], nodeTypes: readonly NodeType[], adoption: Adoption): FieldEdit {
  const { wanted, observed } = adoption;
  const { design, diagnostics } = compile(flow, nodeTypes);
  if (hasErrors(diagnostics)) throw refusal('the drawing has errors; mend its findings first');
  const drawn = design.resources[wanted.address];
  const found = observed.resources[wanted.address];
  if (wanted.whole === 'gone') throw refusal(`${wanted.address} is gone; remove its node, or restore it`);
  if (drawn === undefined) throw refusal(`${wanted.address} is not drawn; draw it, or let an apply remove it`);
  if (found === undefined) throw refusal(`${wanted.address} is not there; look at the drift again`);
  const goal = leave(found.spec, drawn.spec, new Set([wanted.field]));
  if (canonicalJson(goal) === canonicalJson(drawn.spec))
    throw refusal(`the drawing asks for what ${wanted.address} is; deploy it, and apply it`);
  const drawer = drawn.source.node.split('/').at(-1) ?? '';
  const tries = candidates(flow, drawer, namesIn(wanted.field), widening(drawn.spec, goal)).slice(0, MOST_TRIED);
  let nearest: readonly string[] | undefined;
  for (const edit of tries) {
    const others = changedBesides(design, flow, nodeTypes, edit, adoption, goal);
    if (others?.length === 0) return edit;
    if (others !== undefined) nearest ??= others;
  }
  throw refusal(whyNot(flow, drawer, wanted, nearest));
}

/** What else an edit would change; `undefined` when it does not draw what is. */
function changedBesides(
  before: Design,
  flow: readonly unknown[],
  nodeTypes: readonly NodeType[],
  edit: FieldEdit,
  { wanted, drifted }: Adoption,
  goal: unknown,
): readonly string[] | undefined {
  const { design, diagnostics } = compile(edited(flow, edit), nodeTypes);
  const drawn = design.resources[wanted.address];
  if (hasErrors(diagnostics) || drawn === undefined) return undefined;
  if (canonicalJson(drawn.spec) !== canonicalJson(goal)) return undefined;
  const { owners, resources } = compareDesigns(before, design);
  const known = (address: string, field: string, to: unknown) =>
    drifted.some(
      one => one.address === address && one.field === field && canonicalJson([one.is]) === canonicalJson([to]),
    );
  return [
    ...owners.map(({ of, name }) => `${of} ${name}`),
    ...resources.flatMap(({ address, action, changes }) => {
      if (address === wanted.address) return [];
      if (action !== 'update') return [address];
      return changes
        .filter(({ field, to }) => !known(address, field, to))
        .map(({ field }) => `${fieldWords(field)} of ${address}`);
    }),
  ];
}

function whyNot(
  flow: readonly unknown[],
  drawer: string,
  { address, field }: Adoption['wanted'],
  nearest: readonly string[] | undefined,
): string {
  const place = `${fieldWords(field)} of ${address}`;
  if (nearest !== undefined)
    return `drawing ${place} as it is would also change ${listed(nearest)}; draw it by hand, or restore it`;
  const node = flow.filter(isOurs).find(({ id }) => id === drawer);
  const variable = namesIn(field).flatMap(name => variableIn(node?.[name]) ?? [])[0];
  if (variable !== undefined) return `${place} comes from ${plainText(variable)}; change it there, or restore it`;
  return `${place} is not drawn by one field of one node; draw it by hand, or restore it`;
}

/** `links[a].rules[b].ports[0]` → `ports`, `rules`, `links`: what a field of the node may be called. */
function namesIn(field: string): readonly string[] {
  const names = field.replace(/\[[^\]]*\]/g, '').split('.');
  return names.filter(name => /^[A-Za-z]\w*$/.test(name)).toReversed();
}

function refusal(message: string): GatewrightError {
  return new GatewrightError('GW_ADOPT_REFUSED', message);
}
