// What people call the kinds of resources.
import type { Kind } from './address.ts';

export const NOUNS: Readonly<Record<Kind, string>> = {
  uplink: 'uplink',
  segment: 'virtual switch',
  port: 'network card',
  edge: 'edge router leg',
  policy: 'policy',
  proxy: 'Modbus proxy',
  vm: 'VM',
  line: 'bus',
  device: 'bus of a device',
  gate: 'attestation gate',
};
