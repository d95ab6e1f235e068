// Network cards of a domain, and the switches they were plugged into.
import { child, children, type XmlElement } from '../../hardware/import/libvirt-xml.ts';
import { plainText, quoted } from '../../model/plain-text.ts';
import { attribute } from './read-domain.ts';
import { type DomainPart, lostPart } from './report.ts';

export interface DomainCard {
  readonly name: string;
  /** Empty when the XML has none. */
  readonly mac: string;
  /** What it was plugged into: one switch for each. */
  readonly source: string;
  readonly notes: readonly string[];
}

const MOST_CARDS = 16;
/** A unicast address (IEEE 802-2014 8.2), as a VM takes it. */
const MAC = /^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/;

/** What is said of a card by what it was plugged into. */
const WAYS: Readonly<Record<string, { readonly of: string; readonly note?: (source: string) => string }>> = {
  network: {
    of: 'network',
    note: source =>
      `How network ${source} leaves the box is not in the XML: wire the switch to an uplink or an edge router.`,
  },
  bridge: {
    of: 'bridge',
    note: source =>
      `What else is on bridge ${source} is not in the XML: wire the switch to an uplink, if it leads out.`,
  },
  direct: { of: 'dev', note: source => `It was on ${source} itself: wire the switch to an uplink with that card.` },
  user: { of: '', note: () => 'QEMU itself led it out: wire the switch to an edge router with NAT.' },
  ethernet: { of: '' },
};

/** Cards of the host that a domain has alone are no cards here: see `devices.ts`. */
export function cardsOf(domain: XmlElement): {
  readonly cards: readonly DomainCard[];
  readonly parts: readonly DomainPart[];
} {
  const all = children(child(domain, 'devices'), 'interface').filter(one => attribute(one, 'type') !== 'hostdev');
  const cards = all.slice(0, MOST_CARDS).map(cardOf);
  const more = all.length - cards.length;
  return { cards, parts: more > 0 ? [lostPart(`${more} more network cards`, `A VM has ${MOST_CARDS}.`)] : [] };
}

function cardOf(element: XmlElement, at: number): DomainCard {
  const type = attribute(element, 'type');
  const way = Object.hasOwn(WAYS, type) ? WAYS[type] : undefined;
  const source = plainText(way === undefined || way.of === '' ? '' : attribute(child(element, 'source'), way.of));
  const mac = attribute(child(element, 'mac'), 'address').toLowerCase();
  const unknown = `It was plugged in by ${quoted(type)}, which is not known here: check its switch.`;
  return {
    name: `eth${at}`,
    mac: MAC.test(mac) ? mac : '',
    source: source === '' ? `${type || 'lan'}-${at}` : `${type} ${source}`,
    notes: [
      ...(way === undefined ? [unknown] : way.note === undefined ? [] : [way.note(source)]),
      ...(mac === '' || MAC.test(mac) ? [] : [`${quoted(mac)} is no address of a network card, so it gets a new one.`]),
      ...(child(element, 'filterref') === undefined
        ? []
        : ['Its filter of libvirt is not carried over: draw a firewall.']),
    ],
  };
}
