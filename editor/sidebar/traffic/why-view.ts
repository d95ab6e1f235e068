// Why something passes or does not: what each firewall said, and what would have to be otherwise.
import type { Asked, Explained, ExplainedGuard, ExplainedPacket, NamedRule } from '../../../runtime/model/explained.ts';
import { element } from '../../element.ts';
import type { Words } from '../../words.ts';

/** The answer of the rules that run, and that of the drawn ones where it is another. */
export function whyView({ running, drawn }: Asked<Explained>, words: Words): HTMLElement {
  const differs = JSON.stringify(running) !== JSON.stringify(drawn);
  const parts = [
    ...(running === undefined ? [] : [part('running', running, words)]),
    ...(drawn === undefined || !differs ? [] : [part('drawn', drawn, words)]),
  ];
  return element('div', { class: 'gw-why' }, ...parts);
}

/** The same for a packet, segment by segment. */
export function packetView(asked: Asked<readonly ExplainedPacket[]>, words: Words): HTMLElement {
  const segments = [...(asked.running ?? []), ...(asked.drawn ?? [])].map(({ segment }) => segment);
  const views = [...new Set(segments)].map(segment => {
    const [running, drawn] = [asked.running, asked.drawn].map(list => list?.find(one => one.segment === segment));
    const answer = { ...(running === undefined ? {} : { running }), ...(drawn === undefined ? {} : { drawn }) };
    return element('section', {}, element('h5', {}, nameOf(segment)), whyView(answer, words));
  });
  return element('div', {}, ...views);
}

function part(rules: 'running' | 'drawn', explained: Explained, words: Words): HTMLElement {
  const verdict = words(explained.accepted ? 'why.passes' : 'why.denied');
  const head = element(
    'p',
    { class: explained.accepted ? 'gw-why-head' : 'gw-why-head gw-trouble' },
    words(`why.${rules}`, { verdict }),
  );
  return element('div', {}, head, element('ul', {}, ...linesOf(explained, words).map(line => element('li', {}, line))));
}

function linesOf(explained: Explained | ExplainedPacket, words: Words): readonly string[] {
  const { guards, gates, accepted } = explained;
  const packet = 'segment' in explained ? explained : undefined;
  return [
    ...guards.flatMap(guard => guardLines(guard, words)),
    ...(guards.length === 0 && accepted ? [words('why.open')] : []),
    ...(packet?.spoofed ? [words('why.spoofed', { port: nameOf(packet.from ?? '') })] : []),
    ...(packet?.proxied ? [words('why.proxied')] : []),
    ...gates.map(gate => words('why.gate', { gate: nameOf(gate) })),
  ];
}

function guardLines({ firewall, port, accepted, by, aboveRate, nearest }: ExplainedGuard, words: Words): string[] {
  const name = port === undefined ? firewall : words('why.at', { firewall, port: nameOf(port) });
  return [
    decided(name, accepted, by, words),
    ...(aboveRate === undefined ? [] : [decided(words('why.aboveRate'), aboveRate.accepted, aboveRate.by, words)]),
    ...(nearest === undefined
      ? []
      : [words('why.nearest', { ...nearest, differs: nearest.differs.join(words('why.and')) })]),
  ];
}

function decided(who: string, accepted: boolean, by: NamedRule | undefined, words: Words): string {
  if (by === undefined) return words('why.default', { who });
  return words(accepted ? 'why.acceptedBy' : 'why.deniedBy', { who, ...by });
}

function nameOf(address: string): string {
  return address.slice(address.indexOf('/') + 1);
}
