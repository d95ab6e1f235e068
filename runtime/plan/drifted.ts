// A plan that nobody asked for, as a list of things to decide about. Pure.
import type { Drifted } from '../model/drift.ts';
import type { FieldChange, Step } from '../model/plan.ts';
import { fieldWords } from './render-comparison.ts';
import { renderValue } from './render-value.ts';

/** Every field that differs, and everything that is gone or too much. A rebuild that only follows from others is not told again. */
export function driftedFields(steps: readonly Step[]): readonly Drifted[] {
  return steps.flatMap(step => {
    if (step.action === 'create') return [whole(step, 'gone', 'gone', 'there')];
    if (step.action === 'remove') return [whole(step, 'extra', 'there', 'not there')];
    return step.changes.filter(({ field }) => field !== 'address').map(change => oneField(step, change));
  });
}

function whole(step: Step, how: Drifted['whole'] & string, is: string, applied: string): Drifted {
  return { ...placeOf(step), field: '', whole: how, words: { field: '', is, applied } };
}

function oneField(step: Step, { field, from, to }: FieldChange): Drifted {
  return {
    ...placeOf(step),
    field,
    ...(from === undefined ? {} : { is: from }),
    ...(to === undefined ? {} : { applied: to }),
    words: { field: fieldWords(field), is: renderValue(from), applied: renderValue(to) },
  };
}

function placeOf({ address, kind, source }: Step): Pick<Drifted, 'address' | 'kind' | 'source'> {
  return { address, kind, ...(source === undefined ? {} : { source }) };
}
