// What people may do with a gateway now: approve and apply, go on, cancel, plan again, go back.
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { button, element } from '../../element.ts';
import type { Words } from '../../words.ts';

/** What the user may do from a card. */
export interface GatewayCommands {
  plan(gateway: string): void;
  apply(gateway: string, planHash: string): void;
  cancel(gateway: string): void;
  rollback(gateway: string): void;
}

export interface ActionsContext {
  readonly words: Words;
  readonly commands: GatewayCommands;
  /** Whether the user's role may apply. */
  readonly mayApply: boolean;
}

/** @param faulty  the drawing has errors, so nothing can be applied */
export function actionsView(gateway: GatewayState, faulty: boolean, context: ActionsContext): HTMLElement {
  const { words, commands, mayApply } = context;
  if (gateway.busy !== 'idle')
    return element('div', { class: 'gw-actions' }, mayApply ? cancelView(gateway, context) : undefined);
  const canApply = mayApply && !faulty && gateway.connected && (gateway.plan?.steps.length ?? 0) > 0;
  const canGoBack = mayApply && gateway.connected && (gateway.generation > 1 || gateway.brokenOff !== undefined);
  return element(
    'div',
    { class: 'gw-actions' },
    canApply ? approveView(gateway, context) : undefined,
    button(words('action.plan'), () => commands.plan(gateway.name), { icon: 'refresh' }),
    ...(canGoBack ? rollbackView(gateway, context) : []),
    mayApply ? undefined : element('p', { class: 'gw-note' }, words('action.mayNot')),
  );
}

/** A safe point may be a while away; who asked sees that it was heard. */
function cancelView(gateway: GatewayState, { words, commands }: ActionsContext): HTMLElement {
  const cancel = button(words('action.cancel'), () => {
    cancel.disabled = true;
    cancel.textContent = words('action.cancelling');
    commands.cancel(gateway.name);
  });
  return cancel;
}

/** Steps that cannot be undone must be read before the button works. */
function approveView(gateway: GatewayState, { words, commands }: ActionsContext): HTMLElement {
  const steps = gateway.plan?.steps ?? [];
  const hash = gateway.plan?.hash ?? '';
  const lasting = steps.filter(step => !step.impact.reversible).length;
  const label = words(gateway.brokenOff === undefined ? 'action.approve' : 'action.goOn', { count: steps.length });
  const approve = button(label, () => commands.apply(gateway.name, hash), {
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

/** Asks once more in place, and says what is lost by it; a dialog would hide the plan. */
function rollbackView(gateway: GatewayState, { words, commands }: ActionsContext): readonly HTMLElement[] {
  const note = element('p', { class: 'gw-note gw-rollback-note', attributes: { role: 'status' } });
  const ask = button(
    words('action.rollback'),
    () => {
      note.textContent = words('action.rollbackNote');
      ask.replaceWith(confirm);
      confirm.focus();
    },
    { icon: 'undo' },
  );
  const confirm = button(words('action.rollbackConfirm'), () => commands.rollback(gateway.name), {
    class: 'gw-danger',
    icon: 'undo',
  });
  confirm.addEventListener('blur', () => {
    note.textContent = '';
    confirm.replaceWith(ask);
  });
  return [ask, note];
}
