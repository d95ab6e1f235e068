// Live rates and the last values at the wires between a bus and its VMs, and rates at the wires from VMs into their networks. Each label
// stands in the group of its wire, so that it goes when the wire goes, and follows when a node is moved.
import type { Address } from '../../runtime/model/address.ts';
import { factsOf } from '../drawing.ts';
import { svgElement } from '../element.ts';
import { linkOf } from '../lit-wires.ts';
import type { Words } from '../words.ts';
import { type BusWire, busWires, type DrawnBuses, keyOf } from './bus-wires.ts';
import { cardWires, type DrawnCards } from './card-wires.ts';
import { type DrawnLines, NOTHING_DRAWN } from './drawn-lines.ts';
import type { TrafficStore } from './traffic-store.ts';
import { busLabel, cardLabel, type WireLabel } from './wire-label.ts';

interface Drawn {
  readonly root: SVGElement;
  readonly parts: Readonly<Record<keyof WireLabel, SVGElement>>;
  /** The path it was placed at. */
  path: string;
}

const drawn = new WeakMap<Element, Drawn>();
/** Elements of wires on the canvas. */
const WIRES = 'g.red-ui-flow-link';

/** After these what is wired may be different, or other wires are on the screen. */
const REWIRED = ['links:add', 'links:remove', 'nodes:add', 'nodes:remove', 'flows:loaded', 'workspace:change'];

export class WireLabels {
  readonly #store: TrafficStore;
  readonly #words: Words;
  readonly #changed: () => void;
  #lines = NOTHING_DRAWN;
  /** Worked out when needed, forgotten with every change. */
  #wires:
    | { readonly buses: ReadonlyMap<string, BusWire>; readonly cards: ReadonlyMap<string, Address<'port'>> }
    | undefined;
  #any = false;
  #asked = false;

  /** @param changed  called when the first wire that could show traffic comes into sight, and when the last one goes */
  constructor(store: TrafficStore, words: Words, changed: () => void) {
    this.#store = store;
    this.#words = words;
    this.#changed = changed;
    store.onChange(() => this.#soon());
    for (const event of REWIRED) RED.events.on(event, () => this.#rewired());
    // Without a parameter Node-RED would wait for an answer, and ask no other hook.
    RED.hooks.add('viewRedrawNode.gatewright-traffic', _event => {
      if (this.#lines.lines.size > 0 || this.#lines.cards.size > 0) this.#soon();
    });
  }

  /** Whether the open tab has a wire that could show traffic. */
  get any(): boolean {
    return this.#any;
  }

  /** Takes what is drawn now. */
  draw(lines: DrawnLines): void {
    this.#lines = lines;
    this.#rewired();
  }

  #rewired(): void {
    this.#wires = undefined;
    this.#soon();
  }

  /** Once before the next picture, however much has changed. */
  #soon(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => this.#update());
  }

  #update(): void {
    this.#asked = false;
    const drawing = drawnBuses(this.#lines);
    this.#wires ??= { buses: busWires(drawing), cards: cardWires(drawing) };
    const { buses, cards } = this.#wires;
    let found = 0;
    for (const element of document.querySelectorAll<SVGGElement>(WIRES)) {
      const wire = linkOf(element);
      const key = wire === undefined ? '' : keyOf(wire);
      const [bus, card] = [buses.get(key), cards.get(key)];
      if (bus !== undefined || card !== undefined) found += 1;
      if (bus !== undefined) show(element, busLabel(bus, this.#store.lines.get(bus.line), this.#words), AT_BUS);
      else show(element, card && cardLabel(this.#store.cardRates(card), this.#words), AT_CARD);
    }
    if (this.#any === found > 0) return;
    this.#any = found > 0;
    this.#changed();
  }
}

function drawnBuses(lines: DrawnLines): DrawnBuses & DrawnCards {
  return {
    ...lines,
    wiresOf: node => RED.nodes.getNodeLinks(node, 0),
    passes(node) {
      const found = RED.nodes.node(node) ?? RED.nodes.junction(node);
      return found?.type === 'junction' || (found ? factsOf(found)?.passes === true : false);
    },
  };
}

/** @param at  how far along the wire, 0 to 1 */
function show(element: SVGGElement, label: WireLabel | undefined, at: number): void {
  const before = drawn.get(element);
  if (label === undefined) {
    before?.root.remove();
    drawn.delete(element);
    return;
  }
  const now = before ?? addLabel(element);
  place(element, now, at);
  // Higher than the nodes too, and than trouble, which shall not move.
  now.parts.last.setAttribute('y', label.trouble === '' ? '-20' : '-33');
  for (const part of PARTS) if (now.parts[part].textContent !== label[part]) now.parts[part].textContent = label[part];
}

const PARTS = ['said', 'heard', 'trouble', 'last'] as const;

/** One above the other: wires are short. Trouble stands higher than the nodes at both ends, which would cover it. */
function addLabel(parent: SVGGElement): Drawn {
  const parts = {
    said: svgElement('text', { class: 'gw-wire-rate', y: -5 }),
    heard: svgElement('text', { class: 'gw-wire-rate', y: 13 }),
    trouble: svgElement('text', { class: 'gw-wire-trouble', y: -20 }),
    last: svgElement('text', { class: 'gw-wire-last' }),
  };
  const root = svgElement('g', { class: 'gw-wire-label' }, ...PARTS.map(part => parts[part]));
  parent.append(root);
  const made = { root, parts, path: '' };
  drawn.set(parent, made);
  return made;
}

/** How far along a wire its label stands: wires of one bus part behind their middle, those into one network meet there. */
const [AT_BUS, AT_CARD] = [0.6, 0.4] as const;

/** Measured only when the wire has moved: it makes the browser lay out. */
function place(element: SVGGElement, label: Drawn, at: number): void {
  const line = element.querySelector<SVGPathElement>('path.red-ui-flow-link-line');
  const path = line?.getAttribute('d') ?? '';
  if (line === null || path === '' || path === label.path) return;
  label.path = path;
  const { x, y } = line.getPointAtLength(line.getTotalLength() * at);
  label.root.setAttribute('transform', `translate(${Math.round(x)}, ${Math.round(y)})`);
}
