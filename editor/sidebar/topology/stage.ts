// The frame that the picture is in: dragged, zoomed, and gone through by the keyboard. Knows nothing of what the boxes mean.
import { svgElement } from '../../element.ts';
import type { Place, Placed, Point } from './layout-graph.ts';
import type { Picture } from './picture.ts';
import { THEME } from './picture-style.ts';
import { listenToPointer } from './pointer.ts';
import { bringIn, firstSight, isWay, nextBox, pan, type Size, type Viewport, wholeSight, zoom } from './viewport.ts';

const STEP = 1.25;
const NOTHING: Placed = { width: 0, height: 0, places: new Map(), wires: new Map() };

export class Stage {
  readonly root: SVGElement;
  readonly #chosen: (id: string) => void;
  #view: Viewport = { scale: 1, x: 0, y: 0 };
  #placed = NOTHING;
  #picture: Picture | undefined;
  /** The box that the keyboard is at, or comes to. */
  #current: string | undefined;
  #selected: string | undefined;
  /** Nobody chose another part of the picture than what is shown first. */
  #untouched = true;

  /**
   * @param label   what the picture is called
   * @param chosen  called with the id of a box
   */
  constructor(label: string, chosen: (id: string) => void) {
    const style = Object.entries(THEME).map(([name, value]) => `${name}:${value}`);
    const attributes = { class: 'gw-topology-stage', role: 'group', 'aria-label': label };
    this.root = svgElement('svg', { ...attributes, style: style.join(';') });
    this.#chosen = chosen;
    this.root.addEventListener('click', ({ target }) => this.#clicked(target));
    this.root.addEventListener('focusin', ({ target }) => this.#focused(target));
    this.root.addEventListener('keydown', event => this.#pressed(event));
    listenToPointer(this.root, {
      grabs: target => boxAt(target) === undefined,
      moved: (dx, dy) => this.#touch(pan(this.#view, dx, dy)),
      turned: (up, around) => this.#touch(zoom(this.#view, up ? STEP : 1 / STEP, around)),
    });
    new ResizeObserver(() => {
      if (this.#untouched) this.#look(firstSight(this.#placed, this.size));
    }).observe(this.root);
  }

  get size(): Size {
    return { width: this.root.clientWidth, height: this.root.clientHeight };
  }

  /** Shows a picture. @param isSame  of the same things in the same places, so that the part that is shown stays */
  show(picture: Picture, placed: Placed, isSame: boolean): void {
    const hadFocus = this.root.contains(document.activeElement);
    [this.#picture, this.#placed] = [picture, placed];
    this.root.replaceChildren(picture.root);
    if (this.#current === undefined || !picture.nodes.has(this.#current)) this.#current = [...picture.nodes.keys()][0];
    if (!isSame) this.#untouched = true;
    this.#look(this.#untouched ? firstSight(placed, this.size) : this.#view);
    this.#mark();
    if (hadFocus) this.#focusCurrent();
  }

  clear(): void {
    [this.#picture, this.#placed, this.#untouched] = [undefined, NOTHING, true];
    this.root.replaceChildren();
  }

  /** Marks a box and brings it into sight; `undefined` = none. */
  select(id: string | undefined): void {
    this.#selected = id;
    if (id !== undefined && this.#picture?.nodes.has(id) === true) this.#goTo(id);
    else this.#mark();
  }

  zoomIn(): void {
    this.#touch(zoom(this.#view, STEP, this.#middle()));
  }

  zoomOut(): void {
    this.#touch(zoom(this.#view, 1 / STEP, this.#middle()));
  }

  showAll(): void {
    this.#touch(wholeSight(this.#placed, this.size));
  }

  #clicked(target: EventTarget | null): void {
    const id = boxAt(target);
    if (id !== undefined) this.#chosen(id);
  }

  #focused(target: EventTarget | null): void {
    const id = boxAt(target);
    if (id !== undefined && id !== this.#current) this.#goTo(id);
  }

  #pressed(event: KeyboardEvent): void {
    const id = boxAt(event.target);
    if (id === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.#obeys(event.key, id)) return;
    event.preventDefault();
    event.stopPropagation(); // the canvas has meanings of its own for these keys
  }

  /** @returns whether the key means something here */
  #obeys(key: string, id: string): boolean {
    if (isWay(key)) {
      this.#goTo(nextBox(this.#boxes(), id, key));
      this.#focusCurrent();
    } else if (key === 'Enter' || key === ' ') this.#chosen(id);
    else if (key === '+') this.zoomIn();
    else if (key === '-') this.zoomOut();
    else if (key === '0') this.showAll();
    else return false;
    return true;
  }

  #goTo(id: string): void {
    this.#current = id;
    this.#mark();
    const place = this.#placed.places.get(id);
    if (place !== undefined) this.#touch(bringIn(this.#view, place, this.size));
  }

  #focusCurrent(): void {
    if (this.#current !== undefined) this.#picture?.nodes.get(this.#current)?.focus({ preventScroll: true });
  }

  /** Places of what can be chosen, in reading order. */
  #boxes(): ReadonlyMap<string, Place> {
    const ids = [...(this.#picture?.nodes.keys() ?? [])];
    return new Map(
      ids.flatMap(id => {
        const place = this.#placed.places.get(id);
        return place === undefined ? [] : [[id, place] as const];
      }),
    );
  }

  /** One box is a stop of the tab key, the others are reached from there. */
  #mark(): void {
    for (const [id, node] of this.#picture?.nodes ?? []) {
      node.setAttribute('tabindex', id === this.#current ? '0' : '-1');
      node.setAttribute('aria-pressed', String(id === this.#selected));
      node.classList.toggle('gwt-selected', id === this.#selected);
    }
  }

  #middle(): Point {
    return { x: this.size.width / 2, y: this.size.height / 2 };
  }

  #touch(view: Viewport): void {
    this.#untouched = false;
    this.#look(view);
  }

  #look(view: Viewport): void {
    this.#view = view;
    this.#picture?.root.setAttribute('transform', `translate(${view.x}, ${view.y}) scale(${view.scale})`);
  }
}

function boxAt(target: EventTarget | null): string | undefined {
  const box = target instanceof Element ? target.closest('[data-id]') : null;
  return box?.getAttribute('data-id') ?? undefined;
}
