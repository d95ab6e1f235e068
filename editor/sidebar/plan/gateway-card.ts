// One gateway in the sidebar: what it is, what would change, what it does now. Parts that did not change keep their
// elements, so that neither the keyboard's place nor a folded list is lost while figures move.
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { element } from '../../element.ts';
import type { Words } from '../../words.ts';
import type { DriftView } from '../drift/drift-view.ts';
import { actionsView } from './actions-view.ts';
import { brokenOffView } from './broken-off-view.ts';
import type { ActionsContext } from './commands.ts';
import { consolesView } from './consoles-view.ts';
import { noticeView, type StepsView, stepsView } from './plan-view.ts';
import { progressView } from './progress-view.ts';

export interface CardContext extends ActionsContext {
  /** Path of the console pages; absent where nobody serves them. */
  readonly consoles?: string | undefined;
  /** Makes the part that shows drift field by field. */
  readonly drift: () => DriftView;
}

export interface GatewayCard {
  readonly root: HTMLElement;
  /** @param faulty  the drawing has errors, so nothing can be applied */
  update(gateway: GatewayState, faulty: boolean): void;
}

export function gatewayCard(context: CardContext): GatewayCard {
  const { words, consoles } = context;
  const [head, banner, broken, notices, actions, steps, vms] = [part(), part(), part(), part(), part(), part(), part()];
  const progress = progressView(words);
  let shownSteps: StepsView | undefined;
  const drifts = context.drift();
  const parts = [
    head.root,
    banner.root,
    drifts.root,
    broken.root,
    notices.root,
    progress.root,
    actions.root,
    steps.root,
    vms.root,
  ];
  const root = element('section', { class: 'gw-card' }, ...parts);
  return {
    root,
    update(gateway, faulty) {
      const { name, label, backend, connected, message, generation, busy, drift, brokenOff } = gateway;
      const failed = Object.values(gateway.steps ?? {}).filter(({ state }) => state === 'failed').length;
      root.setAttribute('aria-label', name);
      head.show([name, label, backend, connected, message, generation, busy, brokenOff], () =>
        headView(gateway, words),
      );
      banner.show([drift], () => (drift ? driftView(words) : undefined));
      drifts.update(gateway);
      broken.show([brokenOff, message, failed, busy], () =>
        busy === 'idle' ? brokenOffView(gateway, words) : undefined,
      );
      const planned = [gateway.plan?.hash, faulty, connected];
      notices.show(planned, () => noticesOf(gateway, faulty, words));
      steps.show(planned, () => {
        const { plan } = gateway;
        shownSteps = faulty || plan === undefined ? undefined : stepsView(plan, words);
        return shownSteps?.root;
      });
      shownSteps?.mark(gateway.steps ?? {});
      if (consoles !== undefined) vms.show([gateway.resources], () => consolesView(gateway, consoles, words));
      progress.update(gateway.progress, busy);
      actions.show([gateway.plan?.hash, faulty, connected, busy, generation, brokenOff], () =>
        actionsView(gateway, faulty, context),
      );
    },
  };
}

/** A place whose contents are made anew only when what they show has changed. */
function part() {
  const root = element('div');
  let shown: string | undefined;
  return {
    root,
    show(depends: readonly unknown[], make: () => HTMLElement | undefined) {
      const key = JSON.stringify(depends);
      if (key === shown) return;
      shown = key;
      root.replaceChildren(...[make()].filter(made => made !== undefined));
    },
  };
}

function headView(gateway: GatewayState, words: Words): HTMLElement {
  const label = gateway.label ?? (gateway.backend === 'simulated' ? 'simulated' : undefined);
  const applied = gateway.generation === 0 ? 'gateway.never' : 'gateway.generation';
  const state = words(gateway.connected ? applied : 'gateway.away', { generation: gateway.generation });
  // What the banner of an apply that broke off says is not said twice.
  const message = gateway.brokenOff === undefined || !gateway.connected ? gateway.message : '';
  const chip = (kind: NonNullable<typeof label>) =>
    element(
      'span',
      { class: `gw-chip gw-chip-${kind}`, title: words(`label.${kind}.help`) },
      words(`label.${kind}.word`),
    );
  return element(
    'div',
    { class: 'gw-card-head' },
    element('h4', {}, gateway.name),
    label === undefined ? undefined : chip(label),
    element('span', { class: 'gw-card-state' }, state),
    message === '' ? undefined : element('p', { class: gateway.connected ? 'gw-note' : 'gw-note gw-warning' }, message),
  );
}

function driftView(words: Words): HTMLElement {
  return element('p', { class: 'gw-banner gw-drift', attributes: { role: 'status' } }, words('drift.banner'));
}

function noticesOf(gateway: GatewayState, faulty: boolean, words: Words): HTMLElement {
  if (!faulty && gateway.plan !== undefined) return noticeView(gateway.plan, gateway.notices ?? [], words);
  if (faulty) return element('p', { class: 'gw-note' }, words('plan.faulty'));
  return element('p', { class: 'gw-note' }, words(gateway.connected ? 'plan.none' : 'plan.away'));
}
