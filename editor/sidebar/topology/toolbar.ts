// Above the picture: which gateways, what part of it, and where it is kept.
import { element } from '../../element.ts';
import type { Words } from '../../words.ts';

export interface ToolbarCommands {
  /** @param gateway  '' = all of them */
  choose(gateway: string): void;
  look(): void;
  zoomIn(): void;
  zoomOut(): void;
  showAll(): void;
  fullScreen(): void;
  saveSvg(): void;
  savePng(): void;
}

export interface Toolbar {
  readonly root: HTMLElement;
  /** Shows which gateways there are. @param chosen  '' = all of them */
  update(gateways: readonly string[], chosen: string): void;
}

export function toolbar(words: Words, commands: ToolbarCommands): Toolbar {
  const select = element('select', { attributes: { 'aria-label': words('topology.gateway') } });
  select.addEventListener('change', () => commands.choose(select.value));
  const tool = (key: string, icon: string, onClick: () => void) =>
    element(
      'button',
      {
        class: 'red-ui-button red-ui-button-small',
        title: words(`topology.tool.${key}`),
        attributes: { type: 'button', 'aria-label': words(`topology.tool.${key}`) },
        onClick,
      },
      element('i', { class: `fa fa-${icon}`, attributes: { 'aria-hidden': 'true' } }),
    );
  const save = (key: string, onClick: () => void) =>
    element(
      'button',
      {
        class: 'red-ui-button red-ui-button-small',
        title: words(`topology.tool.${key}`),
        attributes: { type: 'button' },
        onClick,
      },
      key.toUpperCase(),
    );
  const root = element(
    'div',
    { class: 'gw-topology-tools', attributes: { role: 'toolbar', 'aria-label': words('topology.tools') } },
    select,
    tool('look', 'refresh', commands.look),
    tool('zoomIn', 'plus', commands.zoomIn),
    tool('zoomOut', 'minus', commands.zoomOut),
    tool('showAll', 'arrows-alt', commands.showAll),
    tool('fullScreen', 'expand', commands.fullScreen),
    save('svg', commands.saveSvg),
    save('png', commands.savePng),
  );
  let shown = '';
  return {
    root,
    update(gateways, chosen) {
      const key = JSON.stringify(gateways);
      if (key !== shown) {
        shown = key;
        const all = gateways.length > 1 ? [option('', words('topology.all'))] : [];
        select.replaceChildren(...all, ...gateways.map(name => option(name, name)));
      }
      select.value = chosen;
    },
  };
}

function option(value: string, label: string): HTMLElement {
  return element('option', { attributes: { value } }, label);
}
