// From libvirt's domains to what the planner compares. Pure: everything was read before.
import { deviceName } from '../../host/linux/device-name.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { FileNames } from './files.ts';
import { cutOffPorts, isUp, type OwnDomain, pendingFields } from './inventory.ts';
import { DOMAIN_STATE } from './rpc/calls.ts';

/**
 * A field whose configured and running values differ has no value to show: it is left out and so is drift, whichever of the
 * two the design wants. The same holds for the NICs of a guest that is cut off from one of its taps.
 */
export function observeVm(domain: OwnDomain, heldTaps: ReadonlySet<string>, files: FileNames): ObservedResource<'vm'> {
  const { config, state } = domain;
  const pending = pendingFields(domain);
  const cutOff = cutOffPorts(domain, heldTaps);
  const hidden = new Set<string>(cutOff.length > 0 ? [...pending, 'nics'] : pending);
  const shown = Object.entries(config.spec).filter(([field]) => !hidden.has(field));
  return {
    address: config.address,
    kind: 'vm',
    spec: { ...(Object.fromEntries(shown) as Partial<VmSpec>), running: isUp(state) },
    generation: config.generation,
    status: {
      state: Object.entries(DOMAIN_STATE).find(([, number]) => number === state)?.[0] ?? `state ${state}`,
      domain: config.name,
      uuid: config.uuid,
      console: files.console(config.uuid),
      log: files.log(config.uuid),
      ...(pending.length > 0 ? { waitsForRestart: pending } : {}),
      ...(cutOff.length > 0 ? { cutOff: cutOff.map(port => deviceName('gwp', port)) } : {}),
    },
  };
}
