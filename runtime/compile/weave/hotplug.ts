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

function hotplugFor(devices: readonly DeviceSpec[]): NonNullable<VmSpec['hotplug']> {
  return {
    pciSlots: devices.reduce((sum, { attach }) => sum + pciSlotsOf(attach), 0),
    usb: devices.some(({ attach }) => attach.by === 'usb'),
  };
}

function pciSlotsOf(attach: Attach): number {
  if (attach.by === 'pci') return attach.functions.length;
  return attach.by === 'serial' ? 1 : 0;
}
