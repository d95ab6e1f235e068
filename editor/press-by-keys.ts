// Makes a button of what Node-RED draws as one without being one: links without an address, which the keyboard does not reach, and
// those with one, which hear Enter alone.

/** @param label  what it is called by who reads a page aloud */
export function pressByKeys(drawn: HTMLElement, label: string): void {
  drawn.setAttribute('role', 'button');
  drawn.setAttribute('aria-label', label);
  drawn.tabIndex = 0;
  drawn.addEventListener('keydown', event => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault(); // the page would scroll, and a link be followed a second time
    event.stopPropagation();
    drawn.click();
  });
}
