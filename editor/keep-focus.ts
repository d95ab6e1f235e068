// Lets the keyboard stay where it is while what it is in is made anew.

/**
 * Makes the contents of an element anew; when a button in it had the focus, the one with the same words has it afterwards.
 * @param make  the new contents
 */
export function keepingFocus(root: HTMLElement, make: () => readonly Node[]): void {
  const focused = root.contains(document.activeElement) ? document.activeElement?.textContent : undefined;
  root.replaceChildren(...make());
  if (focused === undefined) return;
  const again = [...root.querySelectorAll('button')].find(({ textContent }) => textContent === focused);
  again?.focus({ preventScroll: true });
}
