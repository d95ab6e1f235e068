// Live traffic in the editor: connects the server's feed, the labels at wires and the view in the sidebar. Nothing is asked for
// what nobody sees.
import type { Address } from '../../runtime/model/address.ts';
import { revealNode } from '../reveal.ts';
import { trafficView } from '../sidebar/traffic/traffic-view.ts';
import type { SidebarView, SidebarWorld } from '../sidebar/view.ts';
import { DbcShelf } from './dbc-shelf.ts';
import { type DrawnLines, NOTHING_DRAWN } from './drawn-lines.ts';
import { openFeed } from './feed.ts';
import { followDrawing } from './follow-drawing.ts';
import { TrafficStore } from './traffic-store.ts';
import { WireLabels } from './wire-labels.ts';

/** Most gateways that the server shows one browser. */
const MOST_GATEWAYS = 32;

/** @returns `undefined` where nobody serves live traffic */
export function addTraffic({ paths, store, client, words }: SidebarWorld): SidebarView | undefined {
  if (paths.traffic === undefined) return undefined;
  const traffic = new TrafficStore();
  let drawn: DrawnLines = NOTHING_DRAWN;
  let viewed = false;
  let looked: readonly string[] = [];
  const having = (kind: 'line' | 'policy' | 'port') => () =>
    (store.state?.gateways ?? []).flatMap(({ name, resources }) =>
      Object.keys(resources).some(address => address.startsWith(`${kind}.`)) ? [name] : [],
    );
  const gateways = having('line');
  const withCards = having('port');
  /** Those with lines first. Simulated ones carry nothing over their networks. */
  const drawnGateways = () => {
    const simulated = new Set(
      store.state?.gateways.flatMap(({ name, label }) => (label === 'simulated' ? [name] : [])),
    );
    return [...new Set([...gateways(), ...withCards().filter(name => !simulated.has(name))])];
  };
  const feed = openFeed(paths.traffic, {
    seen: seen => traffic.take(seen),
    away: away => traffic.takeAway(away),
    lost: () => traffic.forget(looked),
    refused: () => {
      for (const gateway of looked) traffic.takeAway({ gateway, why: words('traffic.refused') });
    },
  });
  const look = () => {
    const seen = labels.any ? drawnGateways() : viewed ? gateways() : [];
    const wanted = document.hidden ? [] : seen.slice(0, MOST_GATEWAYS);
    const gone = looked.filter(name => !wanted.includes(name));
    looked = wanted;
    feed.look(wanted);
    if (gone.length > 0) traffic.forget(gone);
  };
  const labels = new WireLabels(traffic, words, look);
  const shelf = new DbcShelf(localStorage);
  const reveal = (line: Address<'line'>) => {
    const node = [...drawn.lines].find(([, address]) => address === line)?.[0];
    if (node !== undefined) revealNode(node);
  };
  const view = trafficView({ traffic, gateways, firewalled: having('policy'), words, shelf, reveal });
  followDrawing(store, client, drawnGateways, next => {
    drawn = next;
    labels.draw(next);
    look();
  });
  document.addEventListener('visibilitychange', look);
  return {
    root: view.root,
    show(is) {
      viewed = is;
      view.show(is);
      look();
    },
  };
}
