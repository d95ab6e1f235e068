// Which gateway of the drawing gets what is brought in. Nobody is asked where there is one, or none yet.
import { element } from '../element.ts';
import type { Words } from '../words.ts';

/** @param changed  called with the name that was chosen */
export function gatewayChoice(words: Words, changed: (name: string) => void) {
  const names: string[] = [];
  RED.nodes.eachConfig(node => {
    if (node.type === 'gatewright-gateway' && typeof node.name === 'string') names.push(node.name);
    return undefined;
  });
  const select = element(
    'select',
    { attributes: { id: 'gw-exchange-gateway' } },
    ...names.map(name => element('option', { attributes: { value: name } }, name)),
  );
  select.addEventListener('change', () => changed(select.value));
  const label = element('label', { attributes: { for: select.id } }, words('exchange.gateway'));
  return {
    elements: names.length < 2 ? [] : [element('p', { class: 'gw-dialog-choice' }, label, select)],
    chosen: () => (names.length < 2 ? undefined : select.value),
  };
}
