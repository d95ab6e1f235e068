// The drift of one gateway below its card: what differs, field by field, and what may stand for a while. Rows that stay keep their
// elements, so that a form somebody fills in is not lost while others come and go.
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { editField } from '../../edit-field.ts';
import { button, element } from '../../element.ts';
import { revealNode } from '../../reveal.ts';
import type { SidebarWorld } from '../view.ts';
import type { DriftClient, DriftPlace } from './drift-client.ts';
import { driftRow } from './drift-row.ts';
import { standingRow } from './standing-row.ts';

export interface DriftView {
  readonly root: HTMLElement;
  update(gateway: GatewayState): void;
}

/** @param settle  makes what is drawn the measure of drift, by the hash of an empty plan */
export function driftView(
  world: Pick<SidebarWorld, 'store' | 'words' | 'mayApply' | 'notify'>,
  client: DriftClient,
  settle: (gateway: string, planHash: string) => void,
): DriftView {
  const { words } = world;
  const title = element('h5');
  const list = element('ul', { class: 'gw-drift-rows' });
  const settled = element('div');
  const standingTitle = element('h5');
  const standing = element('ul', { class: 'gw-drift-rows' });
  const rows = keyed(list);
  const stands = keyed(standing);
  const root = element('div', { class: 'gw-drift-list' }, title, list, settled, standingTitle, standing);
  return {
    root,
    update(gateway) {
      const { name, drifted = [], exceptions = [], plan } = gateway;
      const live = exceptions.filter(({ untilMs }) => untilMs > Date.now());
      const mayApply = world.mayApply();
      root.hidden = drifted.length + live.length === 0;
      title.textContent = words('drift.title', { count: drifted.length });
      title.hidden = drifted.length === 0;
      standingTitle.textContent = words('drift.standing', { count: live.length });
      standingTitle.hidden = live.length === 0;
      rows(drifted, one => {
        const place = { gateway: name, address: one.address, field: one.field };
        return driftRow(one, words, { apply: mayApply, draw: mayDraw() }, commandsOf(world, client, place));
      });
      stands(live, one => {
        const place = { gateway: name, address: one.address, field: one.field };
        return standingRow(one, words, mayApply ? () => void run(world, client.end(place)) : undefined);
      });
      const drawn = drifted.length > 0 && plan?.steps.length === 0 && mayApply;
      settled.hidden = !drawn;
      settled.replaceChildren(
        ...(drawn
          ? [
              element('p', {}, words('drift.drawn')),
              button(words('drift.settle'), () => settle(name, plan.hash), { class: 'primary', icon: 'check' }),
            ]
          : []),
      );
    },
  };
}

function commandsOf(
  world: Pick<SidebarWorld, 'store' | 'words' | 'notify'>,
  client: DriftClient,
  place: DriftPlace,
): Parameters<typeof driftRow>[3] {
  const { words, notify, store } = world;
  return {
    async adopt() {
      const edit = await client.adopt(place, RED.nodes.createCompleteNodeSet({ credentials: false }));
      if (editField(edit.node, edit.field, edit.to) === undefined) throw new Error(words('drift.noNode'));
      revealNode(edit.node);
      notify(words('drift.adopted', { field: edit.field, node: edit.label }), 'success');
    },
    planRestoring: () => client.planRestoring(place),
    async restore(planHash) {
      const { outcome, message } = await client.restore(place, planHash);
      notify(`${place.gateway}: ${words(`outcome.${outcome}`)}`, outcome === 'applied' ? 'success' : 'warning');
      store.refresh();
      if (outcome !== 'applied') throw new Error(message);
    },
    async except(untilMs, reason) {
      await client.except(place, untilMs, reason);
      store.refresh();
    },
  };
}

async function run({ store, notify }: Pick<SidebarWorld, 'store' | 'notify'>, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    notify(error instanceof Error ? error.message : String(error), 'error');
  }
  store.refresh();
}

/** Whether the user's role may deploy; without a login everybody may. */
function mayDraw(): boolean {
  return RED.settings.user === undefined || RED.user.hasPermission('flows.write');
}

/** Shows a list; what did not change keeps its element. */
function keyed(list: HTMLElement) {
  let shown = new Map<string, HTMLElement>();
  return <T>(items: readonly T[], make: (item: T) => HTMLElement) => {
    const next = new Map(items.map(item => [JSON.stringify(item), item]));
    const same = [...next.keys()].join() === [...shown.keys()].join();
    if (same) return;
    const made = new Map([...next].map(([key, item]) => [key, shown.get(key) ?? make(item)]));
    shown = made;
    list.replaceChildren(...made.values());
  };
}
