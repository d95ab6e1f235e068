// One line in the traffic view: its state, its ends, its rules, what goes over it, and what to do with that.
import type { Address } from '../../../runtime/model/address.ts';
import { element } from '../../element.ts';
import type { DbcShelf } from '../../traffic/dbc-shelf.ts';
import type { WatchedLine } from '../../traffic/traffic-store.ts';
import type { Words } from '../../words.ts';
import { type Row, setText } from '../keyed-rows.ts';
import { frameAskView } from './ask-views.ts';
import { endsView } from './ends-view.ts';
import { framesView } from './frames-view.ts';
import { recordView } from './record-view.ts';
import { rulesView } from './rules-view.ts';
import { signalsView } from './signals-view.ts';

export interface LineContext {
  readonly words: Words;
  readonly shelf: DbcShelf;
  /** Shows the bus on the canvas. */
  readonly reveal: (line: Address<'line'>) => void;
}

/** States that we have words for; a state of a newer agent shows as it is. */
const STATES: ReadonlySet<string> = new Set(['open', 'opening', 'waiting', 'closed']);

export function lineCard(line: Address<'line'>, { words, shelf, reveal }: LineContext): Row<WatchedLine> {
  const name = element(
    'button',
    {
      ...{ class: 'gw-line-name gw-link', title: `${line}. ${words('findings.reveal')}` },
      ...{ attributes: { type: 'button' }, onClick: () => reveal(line) },
    },
    line.slice(line.indexOf('/') + 1),
  );
  const protocol = element('span', { class: 'gw-chip' });
  const state = element('span', { class: 'gw-line-state' });
  const why = element('p', { class: 'gw-note gw-warning' });
  const silent = element('p', { class: 'gw-trouble' });
  const head = element('div', { class: 'gw-card-head' }, element('h4', {}, name), protocol, state);
  const parts = [
    endsView(words),
    rulesView(words),
    framesView(() => shelf.of(line), words),
    frameAskView(line, words),
    signalsView(line, shelf, words),
    recordView(line, words),
  ];
  return {
    root: element('section', { class: 'gw-card gw-line' }, head, why, silent, ...parts.map(({ root }) => root)),
    update(watched) {
      const { seen } = watched;
      setText(protocol, seen.protocol ?? '');
      protocol.hidden = seen.protocol === undefined;
      setText(state, STATES.has(seen.state) ? words(`traffic.state.${seen.state}`) : seen.state);
      state.dataset.state = seen.state;
      setText(why, seen.why ?? '');
      why.hidden = seen.why === undefined;
      const units = silentUnits(seen);
      silent.hidden = units === '';
      setText(silent, units === '' ? '' : words('traffic.silentUnits', { units }));
      for (const part of parts) part.update(watched);
    },
  };
}

/** Units of a Modbus line that do not answer, so that it does not wait for them any more. */
function silentUnits({ more }: WatchedLine['seen']): string {
  const units = more?.silentUnits;
  return Array.isArray(units) ? units.join(', ') : '';
}
