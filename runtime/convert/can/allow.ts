// Rules that let pass exactly some frames.
import type { CanAccess } from '../foreign-type.ts';

const ANY = { ids: '', format: 'any', remote: 'any', type: 'any', lengths: '', data: '', rate: '', log: false };
/** Identifiers in one rule. */
const IDS = 20;

export function allowCan(access: readonly CanAccess[]) {
  const hears = access.some(({ direction }) => direction === 'to-vm');
  const said = access.filter(({ direction, id }) => direction === 'from-vm' && id !== undefined);
  const [standard, extended] = [false, true].map(wanted => idsOf(said.filter(one => one.extended === wanted)));
  const formats = [
    ...rulesOf('says', 'standard', standard ?? []),
    ...rulesOf('says-extended', 'extended', extended ?? []),
  ];
  const rules = [
    ...(hears ? [{ ...ANY, id: 'hears', action: 'accept', direction: 'to-vm' }] : []),
    ...formats.map(({ rule }) => rule),
  ];
  return { rules, words: [...(hears ? ['hear every frame'] : []), ...formats.map(({ words }) => words)] };
}

function idsOf(said: readonly CanAccess[]): readonly string[] {
  const ids = [...new Set(said.map(({ id }) => id ?? 0))].sort((one, other) => one - other);
  return ids.map(id => id.toString(16).padStart(3, '0'));
}

function rulesOf(id: string, format: string, ids: readonly string[]) {
  return Array.from({ length: Math.ceil(ids.length / IDS) }, (_, part) => {
    const own = ids.slice(part * IDS, (part + 1) * IDS).join(', ');
    const named = part === 0 ? id : `${id}-${part + 1}`;
    const rule = { ...ANY, id: named, action: 'accept', direction: 'from-vm', format, ids: own };
    return { rule, words: `say ${format} frames ${own}` };
  });
}
