// A dialog in front of the editor. The browser's own: the keyboard stays in it, and Escape closes it.
import { button, element } from '../element.ts';

export interface Dialog {
  /** Puts something else into it; its buttons stay. */
  show(...content: readonly (Node | string)[]): void;
  close(): void;
}

export interface DialogButton {
  readonly label: string;
  readonly primary?: boolean;
  click(): void;
}

/** @param buttons  after those that close it */
export function openDialog(title: string, closeLabel: string, buttons: readonly DialogButton[]): Dialog {
  const heading = element('h2', { class: 'gw-dialog-title', attributes: { id: 'gw-dialog-title' } }, title);
  const body = element('div', { class: 'gw-dialog-body' });
  const shown = element('dialog', { class: 'gw-dialog red-ui-editor', attributes: { 'aria-labelledby': heading.id } });
  const close = () => shown.close();
  const others = buttons.map(({ label, primary, click }) =>
    button(label, click, { class: primary === true ? 'primary' : '' }),
  );
  shown.append(heading, body, element('div', { class: 'gw-dialog-buttons' }, button(closeLabel, close), ...others));
  shown.addEventListener('close', () => shown.remove());
  // Node-RED takes keys everywhere: Delete in here would delete what is selected behind it.
  shown.addEventListener('keydown', event => event.stopPropagation());
  document.body.append(shown);
  shown.showModal();
  return { show: (...content) => body.replaceChildren(...content), close };
}

/** What went wrong, read out at once. */
export function faultText(error: unknown, away: string): HTMLElement {
  const { message = '', remedy = '' } = error as { readonly message?: string; readonly remedy?: string };
  return element(
    'p',
    { class: 'gw-dialog-fault', attributes: { role: 'alert' } },
    `${message || away} ${remedy}`.trim(),
  );
}
