// What people may do with a gateway now: approve and apply, go on, cancel, plan again, go back.
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { button, element } from '../../element.ts';
import type { ActionsContext } from './commands.ts';
import { wayBackView } from './way-back-view.ts';

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
    canGoBack ? wayBackView(gateway, context) : undefined,
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
