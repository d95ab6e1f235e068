// One difference, as it is named on the command line: ADDRESS:FIELD.
import { type Address, type Name, parseAddress } from '../model/address.ts';
import type { DriftPlace } from '../model/drift.ts';
import { UsageError } from './exit.ts';

/** @throws UsageError when it is no address with a field behind it */
export function placeOf(text: string): DriftPlace & { readonly gateway: Name } {
  const end = text.indexOf(':');
  const address = end < 0 ? text : text.slice(0, end);
  const gateway = parseAddress(address)?.gateway;
  if (gateway === undefined)
    throw new UsageError(`${text} is no place; name it as ADDRESS:FIELD, such as vm.cell-7/robot-a:memoryMiB`);
  return { address: address as Address, field: end < 0 ? '' : text.slice(end + 1), gateway };
}
