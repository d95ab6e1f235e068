// The editor plugin: sidebar tab, badges, tenant stripes and early findings on wires. Composition only.
import { addBadges } from './badges.ts';
import { createClient } from './client.ts';
import { followFindings } from './early-findings.ts';
import { element } from './element.ts';
import './gatewright.css';
import './box.css';
import { planTab } from './sidebar/plan-tab.ts';
import { viewsOf } from './sidebar/views.ts';
import { createStore, type Store } from './store.ts';
import { addTenantStripes } from './tenant-stripe.ts';
import { addTraffic } from './traffic/add-traffic.ts';
import './traffic/traffic.css';
import { watchWires } from './wire-watch.ts';
import { words } from './words.ts';

const TAB = 'gatewright';

RED.plugins.registerPlugin('gatewright', {
  type: 'gatewright',
  onadd() {
    const client = createClient();
    const store = createStore(client, (run, ms) => void setTimeout(run, ms));
    addTab(store, client);
    followFindings(client, addBadges(store, words));
    addTenantStripes();
    watchWires();
    follow(store);
  },
});

function addTab(store: Store, client: ReturnType<typeof createClient>): void {
  const plan = planTab({
    client,
    store,
    words,
    mayApply: () => RED.settings.user === undefined || RED.user.hasPermission('gatewright.apply'),
    notify,
    consoles: RED.settings.gatewright?.consoles,
  });
  const path = RED.settings.gatewright?.traffic;
  const traffic = path === undefined ? undefined : addTraffic({ path, store, client, words });
  const follow = () => traffic?.show(onScreen && views.shown === 'traffic');
  let onScreen = false;
  const views = viewsOf(
    [
      { id: 'plan', label: words('view.plan'), root: plan },
      ...(traffic === undefined ? [] : [{ id: 'traffic', label: words('view.traffic'), root: traffic.root }]),
    ],
    follow,
  );
  const bring = (view: string) => {
    views.show(view);
    RED.sidebar.show(TAB);
  };
  RED.actions.add('gatewright:show-plan', () => bring('plan'), { label: words('action.show') });
  if (traffic !== undefined)
    RED.actions.add('gatewright:show-traffic', () => bring('traffic'), { label: words('action.showTraffic') });
  RED.sidebar.addTab({
    id: TAB,
    label: words('tab.label'),
    name: words('tab.name'),
    iconClass: 'fa fa-server',
    content: views.root,
    action: 'gatewright:show-plan',
    enableOnEdit: true,
    onchange: () => store.refresh(),
  });
  new IntersectionObserver(([seen]) => {
    onScreen = seen?.isIntersecting === true;
    follow();
  }).observe(views.root);
}

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
  showAfterDeploy(store);
}

/** After a deploy people want to see what it would mean; the tab comes up when there is something to read. */
function showAfterDeploy(store: Store): void {
  let waiting = false;
  RED.events.on('deploy', () => {
    waiting = true;
    store.refresh();
  });
  store.onChange(() => {
    const { state } = store;
    if (!waiting || state === undefined) return;
    const steps = state.gateways.some(gateway => (gateway.plan?.steps.length ?? 0) > 0);
    if (!steps && state.diagnostics.length === 0) return;
    waiting = false;
    RED.sidebar.show(TAB);
  });
}
