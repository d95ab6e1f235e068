// Rows that stay the same elements while their figures move, so that neither the keyboard's place nor a selection is lost.

export interface Row<T> {
  readonly root: HTMLElement;
  update(item: T): void;
}

/**
 * Shows one row for each item.
 * @param first  children of the root that stand before the rows
 * @returns how to show other items
 */
export function keyedRows<T>(
  root: HTMLElement,
  keyOf: (item: T) => string,
  make: (item: T) => Row<T>,
  first = 0,
): (items: readonly T[]) => void {
  const rows = new Map<string, Row<T>>();
  return items => {
    const keys = new Set(items.map(keyOf));
    for (const [key, row] of rows)
      if (!keys.has(key)) {
        row.root.remove();
        rows.delete(key);
      }
    for (const [index, item] of items.entries()) {
      const key = keyOf(item);
      const row = rows.get(key) ?? make(item);
      rows.set(key, row);
      const place = root.children[first + index];
      if (place !== row.root) root.insertBefore(row.root, place ?? null);
      row.update(item);
    }
  };
}

/** A row that is brought up to date only while it is on the screen: of fifty lines a sidebar shows two. */
export function lazyRow<T extends object>(row: Row<T>): Row<T> {
  let newest: T | undefined;
  let seen = true; // until the browser says otherwise, so that it has its size
  new IntersectionObserver(([entry]) => {
    seen = entry?.isIntersecting === true;
    if (seen && newest !== undefined) row.update(newest);
  }).observe(row.root);
  return {
    root: row.root,
    update(item) {
      newest = item;
      if (seen) row.update(item);
    },
  };
}

/** Writes a text only when it has changed. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
