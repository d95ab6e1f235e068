// Opens the consoles of the selected VMs by an action, for the keyboard and the list of actions, and that of one VM by a double click with
// Alt: Node-RED's own, which opens the form, is one without.
import type { Words } from '../words.ts';
import { openConsole } from './consoles.ts';

const ACTION = 'gatewright:open-console';
/** `T` of terminal, after Ctrl+G as for Node-RED's own views. */
const KEYS = 'ctrl-g t';
/** More windows at once nobody wants, and browsers block them. */
const MOST = 8;
const VM = 'gatewright-vm';

export function addConsoleAction(words: Words, notify: (text: string, type: 'warning') => void): void {
  const open = (vms: readonly EditorNode[]) => {
    if (RED.settings.gatewright?.consoles === undefined) notify(words('console.none'), 'warning');
    else if (vms.length === 0) notify(words('console.select'), 'warning');
    else
      for (const vm of vms)
        if (!openConsole(vm)) notify(words('console.unknown', { vm: vm.name || vm.type }), 'warning');
  };
  const ofSelected = () => open((RED.view.selection().nodes ?? []).filter(({ type }) => type === VM).slice(0, MOST));
  RED.actions.add(ACTION, ofSelected, { label: words('console.action') });
  RED.keyboard.add('red-ui-workspace', KEYS, ACTION);
  onAltDoubleClick(open);
}

function onAltDoubleClick(open: (vms: readonly EditorNode[]) => void): void {
  document.addEventListener('dblclick', event => {
    if (!event.altKey || !(event.target instanceof Element)) return;
    const drawn = event.target.closest('#red-ui-workspace-chart .red-ui-flow-node-group');
    const node = drawn === null ? undefined : RED.nodes.node(drawn.id);
    if (node?.type !== VM) return;
    document.getSelection()?.removeAllRanges(); // the label would be marked
    open([node]);
  });
}
