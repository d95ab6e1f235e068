// Switches the outlines of planned changes on the canvas on and off, says what they mean, and lists changes of what is drawn no more.

import { Ghosts } from '../../canvas/ghosts.ts';
import { SIGNS } from '../../canvas/planned-changes.ts';
import { element } from '../../element.ts';
import type { SidebarWorld } from '../view.ts';
import { ACTIONS } from './step-groups.ts';

export function changesBar({ store, words }: Pick<SidebarWorld, 'store' | 'words'>): HTMLElement {
  const ghosts = new Ghosts(store);
  const toggle = () => ghosts.show(!ghosts.on);
  const attributes = { type: 'button', 'aria-pressed': 'false' };
  const button = element(
    'button',
    { class: 'red-ui-button red-ui-button-small gw-changes-toggle', attributes, onClick: toggle },
    words('changes.show'),
  );
  const legend = element(
    'ul',
    { class: 'gw-changes-legend' },
    ...ACTIONS.map(action =>
      element(
        'li',
        {},
        element('span', { class: `gw-changes-sign gw-changes-${action}` }, SIGNS[action]),
        ` ${words(`changes.${action}`)}`,
      ),
    ),
  );
  const elsewhere = element('div', { class: 'gw-changes-elsewhere' });
  const root = element('div', { class: 'gw-changes' }, button, legend, elsewhere);
  const update = () => {
    const { nodes, elsewhere: others } = ghosts.changes;
    root.hidden = nodes.size === 0 && others.length === 0;
    button.setAttribute('aria-pressed', String(ghosts.on));
    legend.hidden = !ghosts.on;
    elsewhere.hidden = !ghosts.on || others.length === 0;
    const rows = others.map(({ action, address, reason }) =>
      element('li', {}, element('span', { class: 'gw-step-sign' }, SIGNS[action]), ` ${address} `, reason),
    );
    elsewhere.replaceChildren(
      element('p', { class: 'gw-plan-heading' }, words('changes.elsewhere')),
      element('ul', {}, ...rows),
    );
  };
  RED.actions.add('gatewright:toggle-changes', toggle, { label: words('changes.action') });
  ghosts.onChange(update);
  update();
  return root;
}
