// Reads port security back: which sender addresses each port may use.
import { type Address, parseAddress } from '../../../model/address.ts';
import type { Binding } from '../encode/layout.ts';
import { commentParts, concatTexts, elementsOf, isComplete } from '../kernel/lookup.ts';
import type { NftElement, NftTable } from '../kernel/table.ts';
import { type Finding, type Segments, segmentAt } from './finding.ts';

export function decodeBindings(bridge: NftTable, segments: Segments): Finding<Binding[]> {
  const macs = byDevice(elementsOf(bridge, 'gw_macs'));
  const ips = byDevice(elementsOf(bridge, 'gw_ips'));
  const open = new Set(elementsOf(bridge, 'gw_any_ip').map(element => String(element.key)));
  const found = elementsOf(bridge, 'gw_bound').flatMap(element => {
    const [index, segment, port] = commentParts(element, /^(\d{1,5}) (\d{1,5}) (\S{1,110})$/) ?? [];
    if (index === undefined || port === undefined || parseAddress(port)?.kind !== 'port') return [];
    const device = String(element.key);
    const binding = { port: port as Address<'port'>, segment: segmentAt(segments, Number(segment)) };
    const sender = senderOf(macs.get(device) ?? [], ips.get(device) ?? [], open.has(device));
    return [{ device, index: Number(index), clean: sender.clean, binding: { ...binding, ...sender.value } }];
  });
  found.sort((a, b) => a.index - b.index);
  return {
    value: found.map(item => item.binding),
    clean: found.every(item => item.clean) && isComplete(found.map(item => item.index)),
  };
}

/**
 * No address at all is written 0.0.0.0, because the empty list means any; a list that somebody opened to any address shows
 * 0.0.0.0/0. Several MAC addresses show side by side.
 */
function senderOf(macs: readonly Bound[], ips: readonly Bound[], open: boolean): Finding<Pick<Binding, 'mac' | 'ips'>> {
  const sorted = [...ips].sort((a, b) => a.index - b.index);
  const listed = sorted.map(item => item.value);
  const mac = macs.map(item => item.value).join(' ');
  if (open && ips.length > 0) return { value: { mac, ips: [...listed, '0.0.0.0/0'] }, clean: false };
  if (!open && ips.length === 0) return { value: { mac, ips: ['0.0.0.0'] }, clean: false };
  return { value: { mac, ips: listed }, clean: macs.length === 1 && isComplete(sorted.map(item => item.index)) };
}

interface Bound {
  readonly value: string;
  readonly index: number;
}

function byDevice(elements: readonly NftElement[]): ReadonlyMap<string, Bound[]> {
  const found = new Map<string, Bound[]>();
  for (const element of elements) {
    const [device = '', value = ''] = concatTexts(element.key);
    const index = Number(commentParts(element, /^(\d{1,5})$/)?.[0] ?? 0);
    found.set(device, [...(found.get(device) ?? []), { value, index }]);
  }
  return found;
}
