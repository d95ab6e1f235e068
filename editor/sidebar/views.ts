// Several views in one sidebar tab, one at a time, as a list of tabs the keyboard knows [WAI-ARIA Authoring Practices: tabs].
import { element } from '../element.ts';

export interface LabelledView {
  readonly id: string;
  readonly label: string;
  readonly root: HTMLElement;
}

export interface Views {
  readonly root: HTMLElement;
  readonly shown: string;
  show(id: string): void;
}

/**
 * @param name     what the list of tabs is called
 * @param changed  called with the view that is shown now
 */
export function viewsOf(name: string, views: readonly LabelledView[], changed: (id: string) => void): Views {
  let shown = views[0]?.id ?? '';
  const tabs = views.map(view => tabOf(view, () => show(view.id)));
  const panels = views.map(panelOf);
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
  const bar = element('div', { class: 'gw-views', attributes: { role: 'tablist', 'aria-label': name } }, ...tabs);
  bar.addEventListener('keydown', event => {
    const next = nextPlace(
      event.key,
      views.findIndex(({ id }) => id === shown),
      views.length,
    );
    if (next === undefined) return;
    event.preventDefault(); // the editor would scroll, or move what is selected on the canvas
    event.stopPropagation();
    show(views[next]?.id ?? shown);
    tabs[next]?.focus();
  });
  paint();
  return {
    root: element('div', { class: 'gw-sidebar' }, bar, ...panels),
    get shown() {
      return shown;
    },
    show,
  };
}

/** Where a key leads to from one of `count` tabs; `undefined` for keys that lead nowhere. */
export function nextPlace(key: string, from: number, count: number): number | undefined {
  if (key === 'ArrowRight') return (from + 1) % count;
  if (key === 'ArrowLeft') return (from - 1 + count) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : undefined;
}

function tabOf({ id, label }: LabelledView, onClick: () => void): HTMLElement {
  const attributes = { type: 'button', role: 'tab', id: `gw-tab-${id}`, 'aria-controls': `gw-panel-${id}` };
  return element('button', { class: 'gw-view-tab', attributes, onClick }, label);
}

function panelOf({ id, root }: LabelledView): HTMLElement {
  const attributes = { role: 'tabpanel', 'aria-labelledby': `gw-tab-${id}`, id: `gw-panel-${id}` };
  return element('div', { class: 'gw-panel', attributes }, root);
}
