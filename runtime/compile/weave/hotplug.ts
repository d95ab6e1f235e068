// Gives each VM the slots and the USB controller that the devices it shall own are plugged into: a guest gets what it was drawn
// with, and no more.
import type { Address } from '../../model/address.ts';
import type { Attach, DeviceSpec } from '../../model/kinds/device.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';
import type { Draft } from '../../model/lowering.ts';
import { draftsOf, isKind } from '../drafts.ts';

export function fillHotplug(drafts: readonly Draft[]): readonly Draft[] {
  const owned = Map.groupBy(
    draftsOf('device', drafts).map(({ spec }) => spec),
    ({ vm }): Address => vm,
  );
  return drafts.map(draft => {
    const devices = owned.get(draft.address);
    return devices === undefined || !isKind('vm', draft)
      ? draft
      : { ...draft, spec: { ...draft.spec, hotplug: hotplugFor(devices) } };
  });
}

/** WHY more than there are devices: the next one that comes or goes shall not restart the VM. */
const SLOTS_AT_ONCE = 4;

function hotplugFor(devices: readonly DeviceSpec[]): NonNullable<VmSpec['hotplug']> {
  const needed = devices.reduce((sum, { attach }) => sum + pciSlotsOf(attach), 0);
  return {
    pciSlots: Math.ceil(needed / SLOTS_AT_ONCE) * SLOTS_AT_ONCE,
    usb: devices.some(({ attach }) => attach.by === 'usb'),
  };
}

function pciSlotsOf(attach: Attach): number {
  if (attach.by === 'pci') return attach.functions.length;
  return attach.by === 'serial' ? 1 : 0;
}
