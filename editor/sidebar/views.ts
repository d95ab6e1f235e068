// Several views in one sidebar tab, one at a time, as a list of tabs the keyboard knows [WAI-ARIA: tabs].
import { element } from '../element.ts';

export interface View {
  readonly id: string;
  readonly label: string;
  readonly root: HTMLElement;
}

export interface Views {
  readonly root: HTMLElement;
  readonly shown: string;
  show(id: string): void;
}

/** @param changed  called with the view that is shown now */
export function viewsOf(views: readonly View[], changed: (id: string) => void): Views {
  let shown = views[0]?.id ?? '';
  const tabs = views.map(view => tabOf(view, () => show(view.id)));
  const panels = views.map(({ id, label, root }) =>
    element(
      'div',
      { class: 'gw-panel', attributes: { role: 'tabpanel', 'aria-label': label, id: `gw-panel-${id}` } },
      root,
    ),
  );
  const paint = () => {
    for (const [index, { id }] of views.entries()) {
      const is = id === shown;
      tabs[index]?.setAttribute('aria-selected', String(is));
      tabs[index]?.setAttribute('tabindex', is ? '0' : '-1');
      panels[index]?.toggleAttribute('hidden', !is);
    }
  };
  const show = (id: string) => {
    shown = id;
    paint();
    changed(id);
  };
  const bar = element('div', { class: 'gw-views', attributes: { role: 'tablist' } }, ...tabs);
  bar.addEventListener('keydown', event => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = (views.findIndex(({ id }) => id === shown) + step + views.length) % views.length;
    show(views[next]?.id ?? shown);
    tabs[next]?.focus();
  });
  bar.hidden = views.length < 2;
  paint();
  return {
    root: element('div', { class: 'gw-sidebar' }, bar, ...panels),
    get shown() {
      return shown;
    },
    show,
  };
}

function tabOf({ id, label }: View, onClick: () => void): HTMLElement {
  const attributes = { type: 'button', role: 'tab', 'aria-controls': `gw-panel-${id}` };
  return element('button', { class: 'gw-view-tab', attributes, onClick }, label);
}
