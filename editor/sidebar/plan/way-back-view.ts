// Going back: what that would do is shown before it is asked for once more, in place, since a dialog would hide the plan.
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { button, element } from '../../element.ts';
import type { ActionsContext } from './commands.ts';
import { noticeView, stepsView } from './plan-view.ts';

export function wayBackView({ name }: GatewayState, context: ActionsContext): HTMLElement {
  const { words, commands } = context;
  const root = element('div', { class: 'gw-way-back' });
  const leave = () => {
    root.replaceChildren(ask);
    ask.disabled = false;
    ask.focus();
  };
  const look = async () => {
    ask.disabled = true;
    const foretold = await commands.wayBack(name);
    if (foretold === undefined) return leave();
    const confirm = button(words('action.rollbackConfirm'), () => commands.rollback(name), {
      class: 'gw-danger',
      icon: 'undo',
    });
    const buttons = element('div', { class: 'gw-actions' }, confirm, button(words('action.stay'), leave));
    const steps = stepsView(foretold.plan, words);
    steps.mark({});
    const notice = noticeView(foretold.plan, foretold.notices, words);
    // The steps come last: with the buttons below them, the keyboard's place would be past what has to be read.
    root.replaceChildren(element('h5', {}, words('plan.wayBack')), notice, buttons, steps.root);
    confirm.focus();
  };
  const ask = button(words('action.rollback'), () => void look(), { icon: 'undo' });
  root.append(ask);
  return root;
}
