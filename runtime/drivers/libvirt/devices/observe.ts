// From what libvirt and the box say of a device to what the planner compares.
import type { Host } from '../../../host/host.ts';
import { parseAttach } from '../../../model/attach-text.ts';
import { type Attach, DeviceSpec } from '../../../model/kinds/device.ts';
import type { ObservedResource } from '../../../model/observed.ts';
import type { OwnDomain } from '../inventory.ts';
import type { DeviceMark, OwnedElement } from '../owned-parts.ts';
import { type Look, look, partsOf } from './box.ts';
import { elementsOf } from './owner.ts';
import { areSame } from './same.ts';

/** The mark says what was asked for. It is shown as far as the domain has it; a device that is half given shows no place. */
export async function observeDevice(
  host: Host,
  domain: OwnDomain,
  mark: DeviceMark,
): Promise<ObservedResource<'device'>> {
  const attach = parseAttach(mark.attach);
  const seen: Look = attach === undefined ? { absent: 'its mark cannot be read' } : await look(host, attach);
  const plugged = isPlugged(domain, mark, seen);
  const kept = attach !== undefined && keepsPlace(elementsOf(domain.config, mark.address), attach);
  const spec = {
    ...{ vm: domain.config.address, tenant: mark.tenant, label: mark.label, plugged },
    ...(kept ? { attach } : {}),
  };
  return {
    ...{ kind: 'device', address: mark.address, generation: mark.generation },
    spec: onlyValid(spec),
    status: {
      state: plugged ? 'plugged' : 'unplugged',
      domain: domain.config.name,
      ...('absent' in seen ? { why: seen.absent } : {}),
    },
  };
}

/** The device is there, and both what the next start has and what runs are this very device. */
export function isPlugged({ config, live }: OwnDomain, mark: DeviceMark, seen: Look): boolean {
  if ('absent' in seen || seen.instance !== mark.instance) return false;
  const has = (domain: OwnDomain['live']) => areSame(elementsOf(domain, mark.address), seen.parts);
  return has(config) && (live === undefined || has(live));
}

/** Of a USB device only the number is kept, which says nothing of its port. */
function keepsPlace(elements: readonly OwnedElement[], attach: Attach): boolean {
  if (attach.by !== 'usb') return areSame(elements, partsOf(attach));
  return elements.length === 1 && elements[0]?.tree['@type'] === 'usb';
}

function onlyValid(spec: Readonly<Record<string, unknown>>): Partial<DeviceSpec> {
  const valid = Object.entries(spec).filter(
    ([field, value]) => DeviceSpec.shape[field as keyof DeviceSpec].safeParse(value).success,
  );
  return Object.fromEntries(valid) as Partial<DeviceSpec>;
}
