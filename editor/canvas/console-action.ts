// The action that opens the consoles of the selected VMs, for the keyboard and the list of actions.
import type { Words } from '../words.ts';
import { openConsole } from './consoles.ts';

const ACTION = 'gatewright:open-console';
/** `T` of terminal, after Ctrl+G as for Node-RED's own views. */
const KEYS = 'ctrl-g t';
/** More windows at once nobody wants, and browsers block them. */
const MOST = 8;

export function addConsoleAction(words: Words, notify: (text: string, type: 'warning') => void): void {
  const open = () => {
    const vms = (RED.view.selection().nodes ?? []).filter(({ type }) => type === 'gatewright-vm').slice(0, MOST);
    if (RED.settings.gatewright?.consoles === undefined) notify(words('console.none'), 'warning');
    else if (vms.length === 0) notify(words('console.select'), 'warning');
    else
      for (const vm of vms)
        if (!openConsole(vm)) notify(words('console.unknown', { vm: vm.name || vm.type }), 'warning');
  };
  RED.actions.add(ACTION, open, { label: words('console.action') });
  RED.keyboard.add('red-ui-workspace', KEYS, ACTION);
}
