// What only one resource of a gateway can hold at a time. Two that claim the same thing cannot exist side by side.
import type { Kind } from '../model/address.ts';
import type { Spec } from '../model/kind.ts';
import type { Attach } from '../model/kinds/device.ts';

type Claims = { readonly [K in Kind]: (spec: Partial<Spec<K>>) => readonly (string | undefined)[] };

const CLAIMS: Claims = {
  uplink: spec => [named('card', spec.device)],
  segment: spec => [named('vni', spec.vni), spec.vlan === undefined ? undefined : `vlan ${spec.vlan} ${spec.uplink}`],
  port: () => [],
  gate: () => [],
  policy: spec => [named('tenant', spec.tenant)],
  proxy: spec => [spec.port === undefined ? undefined : `link ${spec.port} ${spec.segment}`],
  edge: spec => [named('outside', spec.outside), named('outsideMac', spec.outsideMac)],
  line: spec => [
    named('device', spec.device),
    ...(Array.isArray(spec.ports) ? spec.ports.map(port => named('vm', port?.vm)) : []),
  ],
  device: ({ attach }) => (attach === undefined ? [] : devicesOf(attach)),
  // An observed list may be anything, whatever its type says.
  vm: spec => (Array.isArray(spec.nics) ? spec.nics.map(nic => named('mac', nic?.mac)) : []),
};

/** A serial port is named as a line names it: a bus that becomes passthrough takes it over from itself. */
function devicesOf(attach: Attach): readonly (string | undefined)[] {
  switch (attach.by) {
    case 'pci':
      return attach.functions.map(one => named('pci', one));
    case 'usb':
      return [named('usb', attach.port)];
    case 'serial':
      return [named('device', attach.path)];
  }
}

/** Names of what a resource of this kind holds alone, comparable among all kinds. */
export function claimsOf<K extends Kind>(kind: K, spec: Partial<Spec<K>>): readonly string[] {
  return CLAIMS[kind](spec).filter(claim => claim !== undefined);
}

function named(what: string, value: unknown): string | undefined {
  return value === undefined ? undefined : `${what} ${JSON.stringify(value)}`;
}
