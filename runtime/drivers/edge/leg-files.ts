// The driver's own files of a leg. None of them is the only place of anything: all can be lost.
import type { Host } from '../../host/host.ts';
import type { DriverWorld } from '../../model/driver.ts';
import type { LegDevices } from './leg-devices.ts';
import type { DhcpFiles } from './leg-dhcp.ts';

export interface LegFiles extends DhcpFiles {
  readonly rulesFile: string;
}

export function filesOf({ stateDirectory }: DriverWorld<Host>, { netns }: LegDevices): LegFiles {
  const path = (ending: string) => `${stateDirectory}/edge/${netns}.${ending}`;
  return { pidFile: path('pid'), leaseFile: path('leases'), rulesFile: path('nft.json') };
}
