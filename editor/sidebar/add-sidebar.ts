// Puts the views into a tab of Node-RED's sidebar, and tells each whether people see it.

import 'uplot/dist/uPlot.min.css';
import './events/events.css';
import './drift/drift.css';
import './plan/plan.css';
import { VIEWS } from './registry.ts';
import './sidebar.css';
import type { SidebarWorld } from './view.ts';
import { viewsOf } from './views.ts';

const TAB = 'gatewright';

export function addSidebar(world: SidebarWorld): void {
  const { words, store } = world;
  const made = VIEWS.flatMap(({ id, make }) => {
    const view = make(world);
    return view === undefined ? [] : [{ id, label: words(`view.${id}`), ...view }];
  });
  let onScreen = false;
  const tell = () => {
    for (const { id, show } of made) show?.(onScreen && views.shown === id);
  };
  const views = viewsOf(words('tab.views'), made, tell);
  const bring = (id: string) => {
    views.show(id);
    RED.sidebar.show(TAB);
  };
  for (const { id } of made)
    RED.actions.add(`gatewright:show-${id}`, () => bring(id), { label: words(`showView.${id}`) });
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
    tell();
  }).observe(views.root);
  showAfterDeploy(world, () => RED.sidebar.show(TAB));
}

/** After a deploy people want to see what it would mean; the tab comes up when there is something to read. */
function showAfterDeploy({ store }: SidebarWorld, show: () => void): void {
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
    show();
  });
}
