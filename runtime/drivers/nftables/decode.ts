// Reads a policy back from its two tables. What is missing there is missing in the spec; what cannot be told from the spec
// alone is found afterwards by writing the spec again and comparing (see compare.ts).

import { deviceName } from '../../host/linux/device-name.ts';
import type { Address } from '../../model/address.ts';
import { parseAddress } from '../../model/address.ts';
import type { PolicySpec } from '../../model/kinds/policy.ts';
import { decodeLinks } from './decode-links.ts';
import { commentParts, concatTexts, elementsOf, isComplete, part, rulesOf } from './index.ts';
import type { Binding } from './layout.ts';
import type { NftElement, NftTable } from './table.ts';
import type { Surroundings } from './world.ts';

export interface Tables {
  readonly bridge: NftTable;
  readonly inet: NftTable;
}

export interface Decoded {
  readonly spec: Omit<PolicySpec, 'bridgeNetfilter' | 'tenant'>;
  readonly around: Omit<Surroundings, 'tag' | 'table' | 'tenant'>;
  /** Nothing was found that no encoder writes; only then can the tables be compared with the spec written again. */
  readonly clean: boolean;
}

/** A value found, and whether it is as an encoder would have left it. */
export interface Finding<T> {
  readonly value: T;
  readonly clean: boolean;
}

export function decode(tables: Tables): Decoded {
  const segments = decodeSegments(tables.inet);
  const bindings = decodeBindings(tables.bridge, segments.value);
  const links = decodeLinks(tables, segments.value);
  return {
    spec: { bindings: bindings.value, links: links.value.links },
    around: { zones: zonesOf(tables.inet, segments.value), uplinks: links.value.uplinks },
    clean: segments.clean && bindings.clean && links.clean,
  };
}

/** Address of a segment by its index; '' when its element is gone, so that the field shows. */
export type Segments = readonly Address<'segment'>[];
export const segmentAt = (segments: Segments, index: number): Address<'segment'> =>
  segments[index] ?? ('' as Address<'segment'>);

function decodeSegments(inet: NftTable): Finding<Segments> {
  const elements = elementsOf(inet, 'gw_segments');
  const found: Address<'segment'>[] = [];
  for (const element of elements) {
    const [index, address] = commentParts(element, /^(\d{1,5}) (\S{1,110})$/) ?? [];
    if (address !== undefined && parseAddress(address)?.kind === 'segment')
      found[Number(index)] = address as Address<'segment'>;
  }
  return { value: found, clean: isComplete(Object.keys(found).map(Number)) && elements.length === found.length };
}

function zonesOf(inet: NftTable, segments: Segments): Surroundings['zones'] {
  const zones = readZones(inet);
  return Object.fromEntries(segments.map(segment => [segment, zones.get(deviceName('gws', segment)) ?? 0]));
}

/** Connection-tracking zone by bridge, as the table sets it. */
export function readZones(inet: NftTable): ReadonlyMap<string, number> {
  const pairs = rulesOf(inet, 'gw_zone').map(rule => {
    const { right } = (part(rule.expr, 'match') ?? {}) as { right?: unknown };
    const { value } = (part(rule.expr, 'mangle') ?? {}) as { value?: unknown };
    return [String(right), typeof value === 'number' ? value : 0] as const;
  });
  return new Map(pairs);
}

function decodeBindings(bridge: NftTable, segments: Segments): Finding<Binding[]> {
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
  const devices = new Set(found.map(item => item.device));
  const strays = [...macs.keys(), ...ips.keys(), ...open].some(device => !devices.has(device));
  return {
    value: found.map(item => item.binding),
    clean: !strays && found.every(item => item.clean) && isComplete(found.map(item => item.index)),
  };
}

/** No address at all is written 0.0.0.0: the empty list means that any address is allowed. */
function senderOf(macs: readonly Bound[], ips: readonly Bound[], open: boolean): Finding<Pick<Binding, 'mac' | 'ips'>> {
  const sorted = [...ips].sort((a, b) => a.index - b.index);
  const value = { mac: macs[0]?.value ?? '', ips: sorted.map(item => item.value) };
  const complete = macs.length === 1 && isComplete(sorted.map(item => item.index)) && open === (ips.length === 0);
  return { value: ips.length === 0 && !open ? { ...value, ips: ['0.0.0.0'] } : value, clean: complete };
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
