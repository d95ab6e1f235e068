// What became of a flow of other packs, as a person reads it on a terminal.
import type { ConversionEntry, ConversionReport, ConvertedLine } from '../convert/conversion.ts';
import { counted } from './counted.ts';

const TITLES = [
  ['converted', 'Converted:'],
  ['partly', 'Converted, with something to do:'],
  ['not-converted', 'Not converted:'],
  ['kept', 'Goes on as it is:'],
] as const;

export function conversionLines({ gateway, lines, entries, replaced }: ConversionReport): readonly string[] {
  if (entries.length === 0) return ['The flow has no nodes of other packs that could be converted. Nothing to do.'];
  const sections = TITLES.flatMap(([outcome, title]) => {
    const own = entries.filter(entry => entry.outcome === outcome);
    return own.length === 0 ? [] : ['', title, ...own.flatMap(entryLines)];
  });
  const off = `${counted(replaced.length, 'node')} would ask the devices a second time: see --replaced for what becomes of them.`;
  return [...drawnLines(gateway, lines), ...sections, ...(replaced.length === 0 ? [] : ['', off])];
}

function drawnLines(gateway: string, lines: readonly ConvertedLine[]): readonly string[] {
  if (lines.length === 0) return ['Nothing was drawn: the flow uses no line that a gateway could own.'];
  return [`Drawn on gateway ${gateway}: ${counted(lines.length, 'line')}.`, ...lines.flatMap(lineLines)];
}

function lineLines({ what, bus, firewall, vm, allowed, inside }: ConvertedLine): readonly string[] {
  const denies = allowed.length === 0 ? 'lets nothing pass: add the rules it needs' : 'lets pass, and nothing else:';
  return [
    `  ${what}: bus ${bus}, VM ${vm}`,
    ...(firewall === undefined ? ['    has no rules: everything passes'] : [`    firewall ${firewall} ${denies}`]),
    ...allowed.map(words => `      ${words}`),
    `    in ${vm}: ${inside}`,
  ];
}

function entryLines({ type, label, became, notes }: ConversionEntry): readonly string[] {
  const named = label === type ? type : `${label} (${type})`;
  return [`  ${named}${became.length === 0 ? '' : ` → ${became.join(', ')}`}`, ...notes.map(note => `    ${note}`)];
}
