// Keeps the picture like the topology: lays out anew when something came or went, and paints anew when something changed.
import type { ElkNode } from 'elkjs/lib/elk-api.js';
import type { Words } from '../../words.ts';
import type { Topology } from './graph.ts';
import { type Direction, layoutGraph, type Placed, placedOf } from './layout-graph.ts';
import { pictureOf } from './picture.ts';
import type { Stage } from './stage.ts';
import type { Size } from './viewport.ts';

/** In a frame that is narrower, what runs is shown from above to below. */
const WIDE_PX = 640;

export class Illustrator {
  readonly #stage: Stage;
  readonly #words: Words;
  readonly #layOut: (graph: ElkNode) => Promise<ElkNode>;
  #topology: Topology | undefined;
  #placed: Placed | undefined;
  /** What was laid out last, or is now. */
  #graph = '';
  #direction: Direction | undefined;

  /** @param layOut  rejects when it cannot be loaded, and is asked again by the next change */
  constructor(stage: Stage, words: Words, layOut: (graph: ElkNode) => Promise<ElkNode>) {
    this.#stage = stage;
    this.#words = words;
    this.#layOut = layOut;
    new ResizeObserver(() => {
      const { width } = stage.size;
      if (width > 0 && this.#direction !== undefined && this.#direction !== directionFor(width)) void this.#paint();
    }).observe(stage.root);
  }

  /** Of the whole picture. */
  get size(): Size {
    return { width: this.#placed?.width ?? 0, height: this.#placed?.height ?? 0 };
  }

  /** @returns whether it is shown; false when there was no way to lay it out */
  show(topology: Topology): Promise<boolean> {
    this.#topology = topology;
    return this.#paint();
  }

  async #paint(): Promise<boolean> {
    const topology = this.#topology;
    if (topology === undefined) return true;
    const direction = directionFor(this.#stage.size.width);
    this.#direction = direction;
    const graph = layoutGraph(topology, direction);
    const key = JSON.stringify(graph);
    if (key === this.#graph) {
      if (this.#placed !== undefined) this.#show(this.#placed, true);
      return true;
    }
    this.#graph = key;
    this.#placed = undefined;
    try {
      const placed = placedOf(await this.#layOut(graph));
      if (this.#graph === key) this.#show(placed, false);
      return true;
    } catch {
      if (this.#graph === key) this.#graph = '';
      return false;
    }
  }

  #show(placed: Placed, isSame: boolean): void {
    this.#placed = placed;
    if (this.#topology !== undefined) this.#stage.show(pictureOf(this.#topology, placed, this.#words), placed, isSame);
  }
}

function directionFor(width: number): Direction {
  return width >= WIDE_PX ? 'RIGHT' : 'DOWN';
}
