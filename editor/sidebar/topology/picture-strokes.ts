// Strokes that all parts of the picture are made of.
import type { TrustState } from '../../../runtime/model/attestation.ts';
import { svgElement } from '../../element.ts';
import type { Standing } from './graph.ts';
import type { Place } from './layout-graph.ts';
import { MARKS, TRUST_SHAPE, TRUST_SIGNS } from './marks.ts';

/** A state: its mark and its word, as the second row of a box whose words begin at `x`. */
export function standingRow(standing: Standing, words: string, x: number): readonly SVGElement[] {
  return [markOf(standing, x - 18, 26), text(words, x, 37)];
}

/** How a machine is proven. @param y  top of the row */
export function trustRow(trust: TrustState, words: string, y: number): readonly SVGElement[] {
  return [...hexagon(trust, 10, y), text(words, 28, y + 10)];
}

/** The mark of trust, its upper left corner there. */
export function hexagon(state: TrustState | undefined, x: number, y: number): readonly SVGElement[] {
  const transform = `translate(${x}, ${y})`;
  return [
    svgElement('path', { d: TRUST_SHAPE, class: `gwt-trust gwt-trust-${state ?? 'unknown'}`, transform }),
    svgElement('path', {
      d: TRUST_SIGNS[state ?? 'unknown'],
      class: `gwt-sign gwt-sign-${state ?? 'unknown'}`,
      transform,
    }),
  ];
}

export function markOf(standing: Standing, x: number, y: number): SVGElement {
  const { path, as, tone } = MARKS[standing];
  return svgElement('path', { d: path, class: `gwt-${as}-${tone}`, transform: `translate(${x}, ${y})` });
}

export function text(words: string, x: number, y: number, className = ''): SVGElement {
  return svgElement('text', { x, y, ...(className === '' ? {} : { class: className }) }, words);
}

export function frame(
  { width, height }: Place,
  rx: number,
  more: Readonly<Record<string, string | number>> = {},
): SVGElement {
  return svgElement('rect', { width, height, rx, ...more });
}

/** Parts of something, from its upper left corner. */
export function placedGroup({ x, y }: Place, className: string, ...children: readonly SVGElement[]): SVGElement {
  return svgElement('g', { class: className, transform: `translate(${x}, ${y})` }, ...children);
}
