// Live traffic in the editor: connects the server's feed, the labels at wires and the view in the sidebar. Nothing is asked for
// what nobody sees.
import type { Address } from '../../runtime/model/address.ts';
import type { Client } from '../client.ts';
import { revealNode } from '../reveal.ts';
import { type TrafficView, trafficView } from '../sidebar/traffic/traffic-view.ts';
import type { Store } from '../store.ts';
import type { Words } from '../words.ts';
import { DbcShelf } from './dbc-shelf.ts';
import { type DrawnLines, drawnLines, NOTHING_DRAWN } from './drawn-lines.ts';
import { openFeed } from './feed.ts';
import { TrafficStore } from './traffic-store.ts';
import { addWireLabels } from './wire-labels.ts';

/** Most gateways that the server shows one browser. */
const MOST_GATEWAYS = 32;
/** What is drawn is asked for once in this time at most. */
const DRAWN_EVERY_MS = 1_000;

export interface TrafficWorld {
  /** Path of the server's live traffic. */
  readonly path: string;
  readonly store: Store;
  readonly client: Pick<Client, 'design'>;
  readonly words: Words;
}

export function addTraffic({ path, store, client, words }: TrafficWorld): TrafficView {
  const traffic = new TrafficStore();
  let drawn: DrawnLines = NOTHING_DRAWN;
  let viewed = false;
  let looked: readonly string[] = [];
  const gateways = () =>
    (store.state?.gateways ?? []).flatMap(({ name, resources }) =>
      Object.keys(resources).some(address => address.startsWith('line.')) ? [name] : [],
    );
  const feed = openFeed(path, {
    seen: seen => traffic.take(seen),
    away: away => traffic.takeAway(away),
    lost: () => traffic.forget(looked),
  });
  const look = () => {
    const wanted = !document.hidden && (viewed || labels.any) ? gateways().slice(0, MOST_GATEWAYS) : [];
    const gone = looked.filter(name => !wanted.includes(name));
    looked = wanted;
    feed.look(wanted);
    if (gone.length > 0) traffic.forget(gone);
  };
  const labels = addWireLabels(traffic, words, look);
  const shelf = new DbcShelf(localStorage);
  const reveal = (line: Address<'line'>) => {
    const node = [...drawn.lines].find(([, address]) => address === line)?.[0];
    if (node !== undefined) revealNode(node);
  };
  const view = trafficView({ traffic, gateways, words, shelf, reveal });
  followDrawing(store, client, gateways, next => {
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

/** Asks what is drawn after each change of the state, but not while gateways work: they change nothing that is drawn. */
function followDrawing(
  store: Store,
  client: Pick<Client, 'design'>,
  gateways: () => readonly string[],
  tell: (drawn: DrawnLines) => void,
): void {
  let known = -1;
  let asked = -1;
  let asking = false;
  const ask = async () => {
    const { state } = store;
    if (state === undefined || asking || state.revision === known) return;
    if (state.gateways.some(({ busy }) => busy !== 'idle')) return;
    asking = true;
    asked = state.revision;
    try {
      tell(gateways().length === 0 ? NOTHING_DRAWN : drawnLines(await client.design()));
      known = asked;
    } catch {
      // The platform is away; the sidebar says so, and the next change asks again.
    }
    setTimeout(() => {
      asking = false;
      if (store.state?.revision !== asked) void ask();
    }, DRAWN_EVERY_MS);
  };
  store.onChange(() => void ask());
}
