// Outlines on the canvas around what plans would change. They lie over the nodes and move nothing.
import type { Action } from '../../runtime/model/plan.ts';
import { svgElement } from '../element.ts';
import type { Store } from '../store.ts';
import { NO_CHANGES, type PlannedChange, type PlannedChanges, plannedChanges } from './planned-changes.ts';

/** Pixels between a node and its outline. */
const GAP = 5;
/** A tooltip of more lines would be higher than the screen. */
const MOST_LINES = 8;

/** The signs as strokes around their middle: letters of that size are blurred. */
const STROKES: Readonly<Record<Action, string>> = {
  create: 'M-4.500 0h9M0 -4.500v9',
  update: 'M-5 1.500c1.500 -4 3.500 -4 5 -1.500s3.500 2.500 5 -1.500',
  replace: 'M-4 -1.500h8M0 -5.500v8M-4 5h8',
  remove: 'M-4.500 0h9',
};

interface Drawn {
  readonly root: SVGElement;
  /** What it was drawn for. */
  readonly key: string;
}

export class Ghosts {
  readonly #store: Store;
  readonly #drawn = new Map<Element, Drawn>();
  readonly #listeners: (() => void)[] = [];
  #on = false;
  #changes = NO_CHANGES;
  #plans = '';

  constructor(store: Store) {
    this.#store = store;
    store.onChange(() => this.#look());
    // What is drawn decides which changes stand elsewhere.
    for (const event of ['nodes:add', 'nodes:remove', 'flows:loaded']) RED.events.on(event, () => this.#forget());
    RED.hooks.add('viewRedrawNode.gatewright-ghost', ({ node, el }) => {
      if (this.#on || this.#drawn.size > 0) this.#draw(node, el);
    });
  }

  get on(): boolean {
    return this.#on;
  }

  get changes(): PlannedChanges {
    return this.#changes;
  }

  /** Called when it was switched, or shows other changes. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  show(on: boolean): void {
    this.#on = on;
    this.#tell();
  }

  /** The plans are compared by their hashes, so that nothing is done while gateways only work. */
  #look(): void {
    const plans = (this.#store.state?.gateways ?? []).flatMap(({ plan }) => (plan === undefined ? [] : [plan]));
    const key = plans.map(({ hash }) => hash).join();
    if (key === this.#plans) return;
    this.#plans = key;
    this.#changes = plannedChanges(plans, id => Boolean(RED.nodes.node(id)));
    this.#tell();
  }

  #forget(): void {
    if (this.#plans === '') return;
    this.#plans = '';
    requestAnimationFrame(() => this.#look());
  }

  #tell(): void {
    for (const el of this.#drawn.keys()) if (!el.isConnected) this.#drawn.delete(el);
    RED.view.redraw();
    for (const listener of this.#listeners) listener();
  }

  #draw(node: EditorNode, el: SVGGElement): void {
    const change = this.#on ? this.#changes.nodes.get(node.id) : undefined;
    const before = this.#drawn.get(el);
    const key = change === undefined ? '' : `${node.w} ${node.h} ${change.texts.join('\n')}`;
    if ((before?.key ?? '') === key) return;
    before?.root.remove();
    this.#drawn.delete(el);
    if (change === undefined) return;
    const root = outline(node, change);
    el.append(root);
    this.#drawn.set(el, { root, key });
  }
}

function outline({ w, h }: EditorNode, { action, texts }: PlannedChange): SVGElement {
  // Closer below, where the status begins.
  const box = { x: -GAP, y: -GAP, width: w + 2 * GAP, height: h + GAP + 2, rx: 8 };
  const left = texts.length - MOST_LINES;
  const lines = left > 0 ? [...texts.slice(0, MOST_LINES), `… ${left}`] : texts;
  return svgElement(
    'g',
    { class: `gw-ghost gw-ghost-${action}`, 'data-gw-ghost': action },
    svgElement('rect', { ...box, class: 'gw-ghost-outline' }),
    sign(action, w, lines.join('\n')),
  );
}

/** At the upper right corner, outside: badges stand further in. */
function sign(action: Action, width: number, title: string): SVGElement {
  return svgElement(
    'g',
    { class: 'gw-ghost-sign', transform: `translate(${width + GAP}, ${-GAP})` },
    svgElement('title', {}, title),
    svgElement('circle', { r: 8.5 }),
    svgElement('path', { d: STROKES[action] }),
  );
}
