// One gateway in the sidebar: what it is, what would change, what it does now. Parts that did not change keep their
// elements, so that neither the keyboard's place nor a folded list is lost while figures move.
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { button, element } from '../../element.ts';
import type { Words } from '../../words.ts';
import { consolesView } from './consoles-view.ts';
import { noticeView, stepsView } from './plan-view.ts';
import { progressView } from './progress-view.ts';

/** What the user may do from a card. */
export interface GatewayCommands {
  plan(gateway: string): void;
  apply(gateway: string, planHash: string): void;
  cancel(gateway: string): void;
  rollback(gateway: string): void;
}

export interface CardContext {
  readonly words: Words;
  readonly commands: GatewayCommands;
  /** Whether the user's role may apply. */
  readonly mayApply: boolean;
  /** Path of the console pages; absent where nobody serves them. */
  readonly consoles?: string | undefined;
}

export interface GatewayCard {
  readonly root: HTMLElement;
  /** @param faulty  the drawing has errors, so nothing can be applied */
  update(gateway: GatewayState, faulty: boolean): void;
}

export function gatewayCard(context: CardContext): GatewayCard {
  const head = part();
  const banner = part();
  const notices = part();
  const progress = progressView(context.words);
  const actions = part();
  const steps = part();
  const vms = part();
  const parts = [head, banner, notices, progress, actions, steps, vms].map(one => one.root);
  const root = element('section', { class: 'gw-card' }, ...parts);
  return {
    root,
    update(gateway, faulty) {
      const { name, label, backend, connected, message, generation, busy, drift } = gateway;
      head.show([name, label, backend, connected, message, generation, busy], () => headView(gateway, context.words));
      banner.show([drift], () => (drift ? driftView(context.words) : undefined));
      const planned = [gateway.plan?.hash, faulty, connected];
      notices.show(planned, () => noticesOf(gateway, faulty, context.words));
      steps.show(planned, () => stepsOf(gateway, faulty, context.words));
      const { consoles } = context;
      if (consoles !== undefined) vms.show([gateway.resources], () => consolesView(gateway, consoles, context.words));
      progress.update(gateway.progress, busy !== 'idle');
      actions.show([gateway.plan?.hash, faulty, connected, busy, generation], () =>
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
  return element(
    'div',
    { class: 'gw-card-head' },
    element('h4', {}, gateway.name),
    label === undefined
      ? undefined
      : element(
          'span',
          { class: `gw-chip gw-chip-${label}`, title: words(`label.${label}.help`) },
          words(`label.${label}.word`),
        ),
    element('span', { class: 'gw-card-state' }, state),
    gateway.message === ''
      ? undefined
      : element('p', { class: gateway.connected ? 'gw-note' : 'gw-note gw-warning' }, gateway.message),
  );
}

function driftView(words: Words): HTMLElement {
  return element('p', { class: 'gw-banner gw-drift', attributes: { role: 'status' } }, words('drift.banner'));
}

function noticesOf(gateway: GatewayState, faulty: boolean, words: Words): HTMLElement {
  if (!faulty && gateway.plan !== undefined) return noticeView(gateway.planText ?? []);
  if (faulty) return element('p', { class: 'gw-note' }, words('plan.faulty'));
  return element('p', { class: 'gw-note' }, words(gateway.connected ? 'plan.none' : 'plan.away'));
}

function stepsOf(gateway: GatewayState, faulty: boolean, words: Words): HTMLElement | undefined {
  if (faulty || gateway.plan === undefined) return undefined;
  return stepsView(gateway.plan, gateway.planText ?? [], words);
}

function actionsView(gateway: GatewayState, faulty: boolean, context: CardContext): HTMLElement | undefined {
  const { words, commands, mayApply } = context;
  if (gateway.busy !== 'idle')
    return element(
      'div',
      { class: 'gw-actions' },
      button(words('action.cancel'), () => commands.cancel(gateway.name)),
    );
  const steps = gateway.plan?.steps.length ?? 0;
  const canApply = mayApply && !faulty && gateway.connected && steps > 0;
  return element(
    'div',
    { class: 'gw-actions' },
    canApply ? approveView(gateway, context) : undefined,
    button(words('action.plan'), () => commands.plan(gateway.name), { icon: 'refresh' }),
    mayApply && gateway.connected && gateway.generation > 1 ? rollbackView(gateway, context) : undefined,
    mayApply ? undefined : element('p', { class: 'gw-note' }, words('action.mayNot')),
  );
}

/** Steps that cannot be undone must be read before the button works. */
function approveView(gateway: GatewayState, { words, commands }: CardContext): HTMLElement {
  const steps = gateway.plan?.steps ?? [];
  const hash = gateway.plan?.hash ?? '';
  const lasting = steps.filter(step => !step.impact.reversible).length;
  const approve = button(words('action.approve', { count: steps.length }), () => commands.apply(gateway.name, hash), {
    class: 'primary gw-approve',
    icon: 'check',
  });
  if (lasting === 0) return approve;
  const box = element('input', { attributes: { type: 'checkbox' } });
  approve.disabled = true;
  box.addEventListener('change', () => {
    approve.disabled = !box.checked;
  });
  const consent = element(
    'label',
    { class: 'gw-consent gw-irreversible' },
    box,
    words('action.consent', { count: lasting }),
  );
  return element('div', { class: 'gw-approve-block' }, consent, approve);
}

/** Asks once more in place; a second press within reach is enough, a dialog would hide the plan. */
function rollbackView(gateway: GatewayState, { words, commands }: CardContext): HTMLElement {
  const ask = button(
    words('action.rollback'),
    () => {
      ask.replaceWith(confirm);
      confirm.focus();
    },
    { icon: 'undo' },
  );
  const confirm = button(words('action.rollbackConfirm'), () => commands.rollback(gateway.name), {
    class: 'gw-danger',
    icon: 'undo',
  });
  confirm.addEventListener('blur', () => confirm.replaceWith(ask));
  return ask;
}
