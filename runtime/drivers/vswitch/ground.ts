// What the parts of one gateway stand on.
import type { Host } from '../../host/host.ts';
import type { Address } from '../../model/address.ts';
import type { EdgeSpec } from '../../model/kinds/edge.ts';
import type { EdgeLeg } from '../../switch/router/edge-leg.ts';
import type { LeaseFiles } from './lease-files.ts';
import type { PortEars } from './port-ears.ts';
import type { Switches } from './switches.ts';
import type { Tunnels } from './tunnels.ts';

/** A leg as it was last. */
export interface LastLeg {
  readonly leg: EdgeLeg;
  readonly spec: EdgeSpec;
}

/** Where parts are plugged in. */
export interface Ground {
  readonly host: Host;
  readonly switches: Switches;
  readonly tunnels: Tunnels;
  /** By address, so that a leg that is changed goes on with what it knew. */
  readonly legs: Map<Address, LastLeg>;
  readonly leases: LeaseFiles;
  /** Those who hear what goes over cables of VMs. */
  readonly ears: PortEars;
  /** Milliseconds, above 0, of a clock that never goes back. */
  readonly now: () => number;
}
