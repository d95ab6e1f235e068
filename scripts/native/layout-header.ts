// What C has to know of the memory of lanes and of filters, made of what TypeScript knows: so there is one truth.
import { REACH } from '../../runtime/lanes/filter/ir.ts';
import { FIELD, STRIDE } from '../../runtime/lanes/filter/state.ts';
import { HEAD, KIND, LOAD_SIZE, MAGIC, RULE, TERM_SIZE } from '../../runtime/lanes/filter/table.ts';
import { BURST, LAYOUT_VERSION, LENGTH_MASK, SLOT } from '../../runtime/lanes/memory/layout.ts';
import { PORT_FIGURE } from '../../runtime/lanes/native/addon.ts';

/** Text of `layout.h`. */
export function layoutHeader(): string {
  const numbers = {
    LAYOUT_VERSION,
    BURST,
    LENGTH_MASK,
    SLOT_BYTES: SLOT.bytes,
    SLOT_HEAD_BYTES: SLOT.headBytes,
    SLOT_DATA_BYTES: SLOT.dataBytes,
    PORT_FIGURES: Object.keys(PORT_FIGURE).length,
    ...prefixed('PORT', PORT_FIGURE),
    FILTER_MAGIC: MAGIC,
    FILTER_LOAD_SIZE: LOAD_SIZE,
    FILTER_TERM_SIZE: TERM_SIZE,
    FILTER_REACH: REACH,
    FILTER_STRIDE: STRIDE,
    ...prefixed('FILTER_KIND', KIND),
    ...prefixed('FILTER_HEAD', HEAD),
    ...prefixed('FILTER_RULE', RULE),
    ...prefixed('FILTER_FIELD', FIELD),
  };
  const lines = Object.entries(numbers).map(([name, value]) => `#define ${name} ${value}\n`);
  return `#ifndef GW_LAYOUT_H\n#define GW_LAYOUT_H\n${lines.join('')}#endif\n`;
}

/** `sharedSize` of `FILTER_HEAD` is `FILTER_HEAD_SHARED_SIZE`. */
function prefixed(prefix: string, numbers: Readonly<Record<string, number>>): Record<string, number> {
  const named = (name: string) => `${prefix}_${name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`;
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [named(name), value]));
}
