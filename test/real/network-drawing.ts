// Two tenants with equal addresses on overlay segments of two gateways, each with an edge leg on the first one.
import type { Resource } from '../../runtime/model/resource.ts';
import { at, edgeSpec, overlaySpec, resource, uplinkSpec } from '../drivers/gateway-lab.ts';

export const MACS = { near: '02:00:00:0a:00:07', far: '02:00:00:0a:00:08', leg: '02:00:00:ed:00:01' };
export const TENANTS = [
  { letter: 'a', vni: 5001, outside: '192.168.7.21' },
  { letter: 'b', vni: 5002, outside: '192.168.7.22' },
] as const;
export type Tenant = (typeof TENANTS)[number];

export function uplinkOf(gateway: string): Resource {
  return resource(at('uplink', gateway, 'plant'), uplinkSpec);
}

export function segmentOf(gateway: 'cell-7' | 'cell-8', { letter, vni }: Tenant): Resource {
  const behind = {
    'cell-7': { tunnelAddress: '10.251.0.17', peers: [{ address: '10.251.0.18', macs: [MACS.far] }] },
    'cell-8': { tunnelAddress: '10.251.0.18', peers: [{ address: '10.251.0.17', macs: [MACS.near, MACS.leg] }] },
  };
  const names = { tenant: `vendor-${letter}`, vswitch: `cell-${letter}` };
  return resource(at('segment', gateway, `cell-${letter}`), overlaySpec({ ...names, vni, ...behind[gateway] }));
}

export function legOf({ letter, outside }: Tenant): Resource {
  const changes = {
    tenant: `vendor-${letter}`,
    insideMac: MACS.leg,
    outside: `${outside}/24`,
    outsideMac: `02:00:00:ed:01:0${letter}`,
    routes: [],
    dhcp: {
      first: '10.0.0.100',
      last: '10.0.0.120',
      leaseSeconds: 3600,
      hosts: [
        { mac: '02:00:00:0a:00:01', ip: '10.0.0.11', name: 'robot-one' },
        { mac: '02:00:00:0a:00:02', ip: '10.0.0.12', name: 'robot-two' },
      ],
    },
  };
  const spec = edgeSpec(at('segment', 'cell-7', `cell-${letter}`), at('uplink', 'cell-7', 'plant'), changes);
  return resource(at('edge', 'cell-7', `plant-edge.cell-${letter}`), spec);
}
