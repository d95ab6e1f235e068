// Lets a form be filled in by keys alone: what Node-RED draws around the fields is reached and pressed, and Tab stays in the form, as in
// every dialog that covers the rest of a page.
import { pressByKeys } from '../press-by-keys.ts';

/** What Tab stops at, should it be shown. */
const STOPS =
  'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex]:not([tabindex="-1"])' as const;
/** Far outside of the form, for browsers that fill in what looks like a login. */
const TRAPS = '[id^="red-ui-trap-"]';

/** Where the keyboard goes on when the form above this one is closed. */
let left: HTMLElement | undefined;

/**
 * @param prefix  of the ids of inputs
 * @param fields  those that hold a config node
 */
export function fillInByKeys(node: EditorNode, prefix: string, fields: readonly string[]): void {
  for (const field of fields) {
    pressConfigButton(node, prefix, field, 'edit');
    pressConfigButton(node, prefix, field, 'add');
  }
  const tray = document.querySelector(`[id^="${prefix}-"]`)?.closest<HTMLElement>('.red-ui-tray');
  if (!tray) return;
  for (const trap of tray.querySelectorAll<HTMLElement>(TRAPS)) trap.tabIndex = -1;
  // Before anything in the form hears of it: Node-RED's inputs of two types keep their keys to themselves.
  tray.addEventListener('keydown', event => stayInside(tray, event), { capture: true });
}

/** Goes back to the button that has opened the form above. Called whenever Node-RED changes which form is on top. */
export function goBackToOpener(): void {
  if (left === undefined || !left.isConnected) return; // the other form is being opened
  left.focus({ preventScroll: true }); // the form still slides in
  left = undefined;
}

function pressConfigButton(node: EditorNode, prefix: string, field: string, what: 'edit' | 'add'): void {
  const drawn = document.getElementById(`${prefix}-btn-${field}-${what}`);
  if (drawn === null) return;
  pressByKeys(drawn, node._(`config.${what}`, { field: node._(`field.${field}`) }));
  drawn.addEventListener('click', () => {
    if (document.activeElement === drawn) left = drawn;
  });
  // Node-RED greys it out while nothing is chosen.
  const show = () => {
    const isOff = drawn.classList.contains('disabled');
    drawn.setAttribute('aria-disabled', String(isOff));
    drawn.tabIndex = isOff ? -1 : 0;
  };
  $(`#${prefix}-${field}`).on('change', show);
  show();
}

/** From the last control of the form Tab leads to its first ones, which are Cancel and Done. */
function stayInside(tray: HTMLElement, event: KeyboardEvent): void {
  if (event.key !== 'Tab' || event.ctrlKey || event.altKey || event.metaKey) return;
  const stops = [...tray.querySelectorAll<HTMLElement>(STOPS)].filter(isStop);
  const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  if (from !== document.activeElement) return;
  event.preventDefault();
  to?.focus();
}

function isStop(control: HTMLElement): boolean {
  return (
    control.tabIndex >= 0 &&
    !control.matches(':disabled, [inert] *') &&
    control.checkVisibility({ visibilityProperty: true })
  );
}
