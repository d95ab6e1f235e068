// The editor plugin: sidebar tab, badges, tenant stripes and early findings on wires. Composition only.
import { addBadges } from './badges.ts';
import { addConsoleAction } from './canvas/console-action.ts';
import { addPortMarks } from './canvas/port-marks.ts';
import { addQuickAddFilter } from './canvas/quick-add.ts';
import { refuseImpossibleWires } from './canvas/refuse-wires.ts';
import { addStateMarks } from './canvas/state-marks.ts';
import { createClient } from './client.ts';
import { followFindings } from './early-findings.ts';
import { element } from './element.ts';
import { addExchange } from './exchange/add-exchange.ts';
import './exchange/exchange.css';
import { goBackToOpener } from './form/keyboard.ts';
import './gatewright.css';
import './box.css';
import './canvas/canvas.css';
import { later } from './later.ts';
import './merge/merge.css';
import { mergeStaleDeploys } from './merge/stale-deploy.ts';
import { addSidebar } from './sidebar/add-sidebar.ts';
import { createStore, type Store } from './store.ts';
import { addTenantStripes } from './tenant-stripe.ts';
import './sidebar/topology/topology.css';
import './sidebar/trust/trust.css';
import './traffic/traffic.css';
import { watchWires } from './wire-watch.ts';
import { words } from './words.ts';

RED.plugins.registerPlugin('gatewright', {
  type: 'gatewright',
  onadd() {
    const client = createClient();
    const store = createStore(client, later);
    addSidebar({
      ...{ client, store, words, notify },
      mayApply: () => RED.settings.user === undefined || RED.user.hasPermission('gatewright.apply'),
      paths: RED.settings.gatewright ?? {},
    });
    followFindings(client, addBadges(store));
    addTenantStripes();
    addStateMarks(store, words);
    addConsoleAction(words, notify);
    addPortMarks();
    addQuickAddFilter();
    refuseImpossibleWires(notify);
    mergeStaleDeploys(words, notify);
    watchWires();
    addExchange(words, notify);
    RED.events.on('editor:change', goBackToOpener);
    follow(store);
  },
});

/** A notification is HTML to Node-RED; an element with text is not read as such. */
function notify(text: string, type: 'success' | 'warning' | 'error'): void {
  RED.notify(element('div', {}, element('p', {}, text)).innerHTML, {
    type,
    timeout: type === 'error' ? 15_000 : 6_000,
  });
}

function follow(store: Store): void {
  RED.comms.subscribe('gatewright/state', (_topic, message) => {
    const revision = (message as { readonly revision?: unknown } | null)?.revision;
    if (typeof revision === 'number') store.announced(revision);
  });
  RED.events.on('flows:loaded', () => store.refresh());
}
