// Edge legs as a driver: probes the host and hands out a handle. What a leg is made of: leg-devices.ts.
import type { Host } from '../../host/host.ts';
import type { Driver, DriverWorld, Handle } from '../../model/driver.ts';
import { edgeFacts } from './facts.ts';
import { ensureLeg } from './leg-ensure.ts';
import { observeLegs } from './leg-read.ts';
import { removeLeg } from './leg-remove.ts';

export const edgeDriver: Driver<'edge', Host> = {
  kind: 'edge',
  name: 'edge',
  connect: async world => ({ facts: await edgeFacts(world.host), handle: edgeHandle(world) }),
};

function edgeHandle(world: DriverWorld<Host>): Handle<'edge'> {
  return {
    observe: signal => observeLegs(world, signal),
    create: (resource, context) => ensureLeg(world, resource, context),
    update: (resource, _changes, context) => ensureLeg(world, resource, context),
    remove: (address, context) => removeLeg(world, address, context),
    close: async () => {},
  };
}
