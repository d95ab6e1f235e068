// From libvirt's domains to what the planner compares. Pure: everything was read before.
import { z } from 'zod';
import { deviceName } from '../../host/linux/device-name.ts';
import { VmSpec } from '../../model/kinds/vm.ts';
import type { ObservedResource } from '../../model/observed.ts';
import { quoted } from '../../model/plain-text.ts';
import type { ConfiguredSpec } from './domain.ts';
import type { FileNames } from './files.ts';
import { cutOffPorts, isUp, type OwnDomain, pendingFields } from './inventory.ts';
import { DOMAIN_STATE } from './rpc/calls.ts';

/**
 * A field whose configured and running values differ has no value to show: it is left out and so is drift, whichever of the
 * two the design wants; one that a design need not have says both. The same holds for the NICs of a guest that is cut off from
 * one of its taps.
 */
export function observeVm(domain: OwnDomain, heldTaps: ReadonlySet<string>, files: FileNames): ObservedResource<'vm'> {
  const { config, state } = domain;
  const pending = pendingFields(domain);
  const cutOff = cutOffPorts(domain, heldTaps);
  const hidden = new Set<string>(cutOff.length > 0 ? [...pending, 'nics'] : pending);
  const shown = Object.entries(config.spec).filter(([field]) => !hidden.has(field));
  const unlike = pending.filter(isOptional).map(field => [field, bothWays(domain, field)] as const);
  return {
    address: config.address,
    kind: 'vm',
    spec: { ...(Object.fromEntries([...shown, ...unlike]) as Partial<VmSpec>), running: isUp(state) },
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
    ...findingsField(domain),
  };
}

/** What is handed over now counts as much as what the next start would hand over. */
function findingsField({ config, live }: OwnDomain): Pick<ObservedResource, 'findings'> {
  const kernel = live?.uncheckedKernel ?? config.uncheckedKernel;
  if (kernel === undefined) return {};
  const when = live?.uncheckedKernel === undefined ? 'shall be started with' : 'runs';
  const fact = `${config.address} ${when} the kernel ${quoted(kernel)}, which its domain hands past Secure Boot, so nobody checks its signature`;
  const remedy = 'plan and apply, which takes it out, and find out who changed the domain';
  return { findings: [{ code: 'GW_SECURE_BOOT_BYPASSED', message: `${fact}; ${remedy}` }] };
}

/** Whether a design may not say a field, so that leaving it out would say that all is as drawn. */
function isOptional(field: keyof ConfiguredSpec): boolean {
  return VmSpec.shape[field] instanceof z.ZodOptional;
}

/** A value that no design has. */
function bothWays({ config, live }: OwnDomain, field: keyof ConfiguredSpec): string {
  const [now, next] = [live, config].map(domain => JSON.stringify(domain?.spec[field] ?? 'nothing'));
  return `${now} now, ${next} from its next start on`;
}
