// The VMs of a gateway with their states, each with a link to its console. The pages are our own server's.
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { element } from '../../element.ts';
import type { Words } from '../../words.ts';

const VM = 'vm.';

/** @param base  path of the console pages, with a slash at its end */
export function consolesView({ resources }: GatewayState, base: string, words: Words): HTMLElement | undefined {
  const rows = Object.entries(resources).flatMap(([address, state]) => {
    if (!address.startsWith(VM)) return [];
    const place = address.slice(VM.length);
    const link = element(
      'a',
      { attributes: { href: base + place, target: '_blank', 'aria-label': words('console.of', { vm: address }) } },
      words('console.link'),
    );
    const name = place.slice(place.indexOf('/') + 1);
    const sign = element('span', { class: 'gw-vm-state' }, words(`state.${state}`));
    return [element('li', { class: 'gw-vm' }, element('span', {}, name), sign, link)];
  });
  return rows.length === 0 ? undefined : element('ul', { class: 'gw-vms' }, ...rows);
}
