// The traffic of all lines, gateway by gateway. Draws nothing while nobody sees it.
import type { Address } from '../../../runtime/model/address.ts';
import { element } from '../../element.ts';
import type { TrafficStore, WatchedLine } from '../../traffic/traffic-store.ts';
import { keyedRows, lazyRow } from '../keyed-rows.ts';
import { packetAskView } from './ask-views.ts';
import { type LineContext, lineCard } from './line-card.ts';

export interface TrafficViewWorld extends LineContext {
  readonly traffic: TrafficStore;
  /** Gateways that have lines, in order. */
  readonly gateways: () => readonly string[];
  /** Gateways with firewalls on networks. */
  readonly firewalled: () => readonly string[];
}

export interface TrafficView {
  readonly root: HTMLElement;
  /** Whether people see it now. */
  show(is: boolean): void;
}

interface GatewaySight {
  readonly name: string;
  readonly why: string | undefined;
  readonly lines: readonly (readonly [Address<'line'>, WatchedLine])[];
}

export function trafficView(world: TrafficViewWorld): TrafficView {
  const { words, traffic } = world;
  const empty = element('p', { class: 'gw-note' });
  const list = element('div');
  const packets = packetAskView(words);
  let seen = false;
  const showGateways = keyedRows<GatewaySight>(
    list,
    ({ name }) => name,
    ({ name }) => gatewayPart(name, world),
  );
  const update = () => {
    if (!seen) return;
    const names = world.gateways();
    packets.update(world.firewalled());
    empty.hidden = names.length > 0;
    empty.textContent = words('traffic.none');
    showGateways(
      names.map(name => ({
        name,
        why: traffic.away.get(name),
        lines: [...traffic.lines].filter(([line]) => line.startsWith(`line.${name}/`)),
      })),
    );
  };
  traffic.onChange(update);
  return {
    root: element('div', { class: 'gw-traffic' }, empty, list, packets.root),
    show(is) {
      seen = is;
      update();
    },
  };
}

function gatewayPart(name: string, world: TrafficViewWorld) {
  const { words } = world;
  const note = element('p', { class: 'gw-note', attributes: { role: 'status' } });
  const list = element('div');
  const showLines = keyedRows<GatewaySight['lines'][number]>(
    list,
    ([line]) => line,
    ([line]) => {
      const card = lazyRow(lineCard(line, world));
      return { root: card.root, update: ([, watched]) => card.update(watched) };
    },
  );
  return {
    root: element('section', { class: 'gw-traffic-gateway' }, element('h3', {}, name), note, list),
    update({ why, lines }: GatewaySight) {
      const text = why ?? (lines.length === 0 ? words('traffic.asking') : '');
      note.classList.toggle('gw-warning', why !== undefined);
      if (note.textContent !== text) note.textContent = text;
      note.hidden = text === '';
      showLines(lines);
    },
  };
}
