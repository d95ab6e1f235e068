// Moves rows of a list by the arrow keys, for whom cannot drag. Node-RED's list knows the mouse only.

/**
 * Makes the handle of a row a button that moves it up and down.
 * @param row    the list's element of the row
 * @param label  what the handle is called
 * @param moved  called after the row has another place
 */
export function moveByKeys(row: JQuery, label: string, moved: () => void): void {
  const handle = row.find('.red-ui-editableList-item-handle');
  handle.attr({ tabindex: '0', role: 'button', 'aria-label': label, title: label });
  handle.on('keydown', event => {
    const way = event.key === 'ArrowUp' ? 'prev' : event.key === 'ArrowDown' ? 'next' : undefined;
    if (way === undefined) return;
    event.preventDefault(); // the form would scroll
    event.stopPropagation();
    const other = row[way]();
    if (other.length === 0) return;
    if (way === 'prev') row.insertBefore(other);
    else row.insertAfter(other);
    handle.trigger('focus'); // it is lost by the move
    moved();
  });
}
