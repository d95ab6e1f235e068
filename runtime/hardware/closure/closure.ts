// Everything that goes along with what is held. A closure in the strict sense: it holds what it is made of, more never takes
// less along, and of what it holds it takes nothing further.
import type { Claim } from './claim.ts';
import type { Inventory, Tie } from './inventory.ts';
import { type Unit, unitOf } from './unit.ts';

/** By what each thing came in. */
export type Closure = ReadonlyMap<Unit, Tie | 'held'>;

/** What a claim names itself. */
export function unitsHeld({ held }: Pick<Claim, 'held'>, inventory: Inventory): readonly Unit[] {
  switch (held.by) {
    case 'pci':
      return held.functions.toSorted().map(each => unitOf('pci', each));
    case 'usb':
      return [unitOf('usb', held.port)];
    case 'serial':
      return [inventory.serial(held.path)];
    case 'interface':
      return [unitOf('interface', held.name)];
  }
}

/** A thing that comes in by several ways is there by the shortest. */
export function closureOf(units: readonly Unit[], inventory: Inventory): Closure {
  const closure = new Map<Unit, Tie | 'held'>(units.map(unit => [unit, 'held']));
  // A map that grows is walked to its end.
  for (const [unit, by] of closure)
    for (const [to, tie] of inventory.edges(unit))
      if (!closure.has(to)) closure.set(to, tie === 'carried' && by !== 'held' ? by : tie);
  return closure;
}
