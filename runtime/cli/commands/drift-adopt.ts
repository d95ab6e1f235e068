// Takes what is over into a flow file: one field of one node, everything else as it was.
import { NODE_TYPES } from '../../../nodes/catalog.ts';
import type { Drifted, DriftPlace } from '../../model/drift.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { Observed } from '../../model/observed.ts';
import { renderChange } from '../../plan/render-value.ts';
import { adopt } from '../../platform/adopt/adopt.ts';
import { edited, type FieldEdit } from '../../platform/adopt/candidates.ts';
import { nameOf } from '../../platform/drift-place.ts';
import { UsageError } from '../exit.ts';
import { flowText } from '../flow-file.ts';
import { writeNamed } from '../written-file.ts';

/** @throws UsageError when the file cannot be read or written; GatewrightError GW_DRIFT_UNKNOWN, GW_ADOPT_REFUSED */
export async function adoptInFile(
  path: string,
  place: DriftPlace,
  drifted: readonly Drifted[],
  observed: Observed,
): Promise<{ readonly lines: readonly string[]; readonly edit: FieldEdit }> {
  if (path === '-') throw new UsageError('what is read from standard input cannot be changed; name a file');
  const text = (await flowText(path)) ?? '[]';
  const flow = JSON.parse(text) as unknown; // it compiled a moment ago
  const wanted = drifted.find(({ address, field }) => address === place.address && field === place.field);
  if (wanted === undefined)
    throw new GatewrightError('GW_DRIFT_UNKNOWN', `${nameOf(place)} is as it is drawn; look at the drift again`);
  const edit = adopt(Array.isArray(flow) ? flow : [], NODE_TYPES, { wanted, drifted, observed });
  const nodes = edited(flow as readonly unknown[], edit);
  await writeNamed(path, `${JSON.stringify(nodes, undefined, indentOf(text))}\n`);
  return { edit, lines: [`${path}: ${edit.field} of ${edit.label}: ${renderChange(edit.from, edit.to)}.`] };
}

/** Spaces at the beginning of the second line: a drawing under version control keeps its form. */
function indentOf(text: string): number {
  return /^\s*\[\r?\n( +)/.exec(text)?.[1]?.length ?? 4;
}
