// The smallest legal thing to do instead, in words: the same device another way, or another device like it that is free.
import { listed } from '../../model/plain-text.ts';
import type { Claimed, Claims } from './claimed.ts';
import { closureOf } from './closure.ts';
import { nameIn, sortOf, type Unit, unitOf } from './unit.ts';
import { unitName } from './words.ts';

/** Most things that are named at once. */
const MOST_NAMED = 3;

/** What is behind PCI functions, given by itself: without an end, so that a reason can follow. `undefined` when there is nothing. */
export function redirection({ units, closure }: Claimed, { inventory, holders, vital }: Claims): string | undefined {
  const behind = (sort: ReturnType<typeof sortOf>) =>
    units
      .flatMap(unit => [...inventory.edges(unit).keys()])
      .filter(unit => sortOf(unit) === sort && closure.has(unit) && !holders.has(unit) && !vital.has(unit))
      .filter(unit => sort !== 'usb' || !inventory.isHub(nameIn(unit)))
      .slice(0, MOST_NAMED)
      .map(nameIn);
  if (units.some(unit => sortOf(unit) !== 'pci')) return undefined;
  const usb = behind('usb');
  if (usb.length > 0) return `Use USB redirection of ${listed(usb, 'or')}`;
  const serial = behind('serial');
  if (serial.length > 0) return `Use serial redirection of ${listed(serial, 'or')}`;
  const can = new Set(inventory.box.canPorts.map(port => port.interface));
  const [card] = behind('interface');
  if (card === undefined) return undefined;
  return can.has(card)
    ? `Share ${card} as a CAN bus of the host`
    : `Let the host keep ${card} as an uplink and wire the VM to a vswitch`;
}

/** Another device of the same sort that nobody has and with which nothing goes along. */
export function freeOne({ units, claim }: Claimed, claims: Claims): string | undefined {
  const [unit] = units;
  const found = unit && alike(unit, claims).find(each => !units.includes(each) && isFree(each, claims));
  if (found === undefined) return undefined;
  const verb = claim.owner === 'host' ? 'Use' : 'Give it';
  return `${verb} ${unitName(found, claims.inventory)} instead, which is free.`;
}

function alike(unit: Unit, { inventory }: Claims): readonly Unit[] {
  const { nics, usb, serialPorts } = inventory.box;
  const name = nameIn(unit);
  switch (sortOf(unit)) {
    case 'interface':
      return nics.some(nic => nic.interface === name)
        ? nics.flatMap(nic => (nic.interface === undefined ? [] : [unitOf('interface', nic.interface)]))
        : [];
    case 'serial':
      return serialPorts.filter(port => port.usbPort === undefined).map(port => inventory.serial(port.device));
    case 'pci':
      if (nics.some(nic => nic.pciAddress === name))
        return nics.flatMap(nic => (nic.pciAddress === undefined ? [] : [unitOf('pci', nic.pciAddress)]));
      return usb.controllers.some(each => each.pciAddress === name)
        ? usb.controllers.map(each => unitOf('pci', each.pciAddress))
        : [];
    default:
      return [];
  }
}

function isFree(unit: Unit, { inventory, taken, vital }: Claims): boolean {
  if (sortOf(unit) === 'pci' && (inventory.groupOf(nameIn(unit))?.members.length ?? 0) !== 1) return false;
  const closure = closureOf([unit], inventory);
  return [...closure].every(([each, tie]) => tie !== 'controller' && !taken.has(each) && !vital.has(each));
}
