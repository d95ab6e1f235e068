// Moves and removes rows of a list by keys, for whom cannot drag. Node-RED's list knows the mouse only.
import { pressByKeys } from './press-by-keys.ts';

const REMOVE = '.red-ui-editableList-item-remove';
/** A row fades out before it goes. */
const LEAVES = '.red-ui-editableList-item-deleting';

/**
 * Makes the handle of a row a button: arrow keys move the row up and down, Enter and the space bar down, and the last one to the top.
 * @param row    the list's element of the row
 * @param label  what the handle is called
 * @param moved  called after the row has another place
 */
export function moveByKeys(row: JQuery, label: string, moved: () => void): void {
  const handle = row.find('.red-ui-editableList-item-handle');
  handle.attr({ tabindex: '0', role: 'button', 'aria-label': label, title: label });
  handle.on('keydown', event => {
    const place = PLACES[event.key];
    if (place === undefined) return;
    event.preventDefault(); // the form would scroll
    event.stopPropagation();
    if (!place(row)) return;
    handle.trigger('focus'); // it is lost by the move
    moved();
  });
}

/** By key, puts a row to another place. @returns whether there is one */
const PLACES: Readonly<Record<string, (row: JQuery) => boolean>> = {
  ArrowUp: upwards,
  ArrowDown: downwards,
  Enter: onwards,
  ' ': onwards,
};

function upwards(row: JQuery): boolean {
  const other = row.prev();
  row.insertBefore(other);
  return other.length > 0;
}

function downwards(row: JQuery): boolean {
  const other = row.next();
  row.insertAfter(other);
  return other.length > 0;
}

function onwards(row: JQuery): boolean {
  if (downwards(row)) return true;
  const first = row.siblings().first();
  row.insertBefore(first);
  return first.length > 0;
}

/**
 * Lets the cross of a row be pressed by keys. Who does so goes on at the cross of the next row, or at the button that adds one.
 * @param label  what the cross is called: Node-RED makes it a link with a picture alone
 */
export function removeByKeys(row: JQuery, label: string): void {
  const [remove] = row.find(REMOVE).toArray();
  if (remove === undefined) return;
  pressByKeys(remove, label);
  remove.addEventListener('click', () => {
    if (!row[0]?.contains(document.activeElement)) return;
    const rows = [...row.nextAll().toArray(), ...row.prevAll().toArray()];
    const [next] = rows.filter(one => !one.matches(LEAVES));
    const add = row.closest('.red-ui-editableList').find('.red-ui-editableList-addButton');
    (next === undefined ? add.first() : $(next).find(REMOVE)).trigger('focus');
  });
}
