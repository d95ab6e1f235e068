// In which fields two specs of a VM differ.
import { isDeepStrictEqual } from 'node:util';
import type { VmSpec } from '../../model/kinds/vm.ts';

export function changedFields(from: VmSpec, to: VmSpec): readonly (keyof VmSpec)[] {
  return (Object.keys(to) as (keyof VmSpec)[]).filter(field => !isDeepStrictEqual(from[field], to[field]));
}
