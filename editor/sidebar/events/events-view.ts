// The Events view: who did what and what gateways told, newest first, to be searched and taken along as a file.
import type { EventsPart } from '../../../runtime/platform/logged-event.ts';
import { request, SOON_MS } from '../../client.ts';
import { button, element } from '../../element.ts';
import { later } from '../../later.ts';
import { save } from '../../traffic/download.ts';
import { keyedRows, setText } from '../keyed-rows.ts';
import type { SidebarView, SidebarWorld } from '../view.ts';
import { eventRow } from './event-row.ts';
import { eventsFeed } from './events-feed.ts';
import { csvOf, jsonOf } from './export.ts';
import { choicesOf, filtered } from './filter.ts';
import { filterView } from './filter-view.ts';
import { KnownEvents } from './known-events.ts';

/** Rows that are added at once; a page of 5,000 would be slow. */
const ROWS_AT_ONCE = 100;

export function eventsView({ store, words }: SidebarWorld): SidebarView {
  const known = new KnownEvents();
  let most = ROWS_AT_ONCE;
  const filter = filterView(words, () => {
    most = ROWS_AT_ONCE;
    show();
  });
  const count = element('span', { class: 'gw-note', attributes: { role: 'status' } });
  const away = element('p', { class: 'gw-banner gw-warning', attributes: { role: 'alert' } }, words('platform.away'));
  const list = element('ol', { class: 'gw-events', attributes: { 'aria-label': words('view.events') } });
  const showRows = keyedRows(
    list,
    ({ id }: KnownEvents['newestFirst'][number]) => String(id),
    event => eventRow(event, Date.now, words),
  );
  const more = button(words('events.more'), () => {
    most += ROWS_AT_ONCE;
    show();
  });
  const chosen = () => filtered(known.newestFirst, filter.filter, Date.now());
  const show = () => {
    const events = chosen();
    filter.offer(choicesOf(known.newestFirst));
    showRows(events.slice(0, most));
    setText(count, words('events.count', { shown: events.length, count: known.newestFirst.length }));
    more.hidden = events.length <= most;
  };
  const feed = eventsFeed({
    known,
    ask,
    answered: isReached => {
      away.hidden = isReached;
      show();
    },
    later,
  });
  away.hidden = true;
  more.hidden = true;
  store.onChange(() => feed.refresh());
  const csv = () => save(new Blob([csvOf(chosen())], { type: 'text/csv' }), 'gatewright-events.csv');
  const json = () => save(new Blob([jsonOf(chosen())], { type: 'application/json' }), 'gatewright-events.json');
  const saves = element(
    'div',
    { class: 'gw-actions' },
    count,
    button(words('events.csv'), csv),
    button(words('events.json'), json),
  );
  return {
    root: element('div', { class: 'gw-events-view' }, filter.root, saves, away, list, more),
    show: isSeen => feed.watch(isSeen),
  };
}

async function ask(cursor: KnownEvents['cursor']): Promise<EventsPart> {
  const query = cursor === undefined ? '' : `?run=${encodeURIComponent(cursor.run)}&after=${cursor.after}`;
  return (await request('GET', `events${query}`, SOON_MS)) as EventsPart;
}
