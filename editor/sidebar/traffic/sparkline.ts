// The last minute as a small curve, without axes: whether it is steady, rises or has holes. The figures stand beside it.
import { svgElement } from '../../element.ts';

const WIDTH = 120;
const HEIGHT = 16;
/** A minute; a curve that has just begun grows from the right. */
const POINTS = 120;

export interface Sparkline {
  readonly root: SVGElement;
  /** @param points  oldest first */
  draw(points: readonly number[]): void;
}

export function sparkline(label: string): Sparkline {
  const area = svgElement('path', { class: 'gw-spark-area' });
  const line = svgElement('path', { class: 'gw-spark-line', 'vector-effect': 'non-scaling-stroke' });
  const size = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none' };
  const root = svgElement('svg', { ...size, class: 'gw-spark', role: 'img', 'aria-label': label }, area, line);
  return {
    root,
    draw(points) {
      const path = pathOf(points);
      line.setAttribute('d', path);
      area.setAttribute('d', path === '' ? '' : `${path}V${HEIGHT}H${xOf(0, points.length)}Z`);
    },
  };
}

function pathOf(points: readonly number[]): string {
  const most = Math.max(1, ...points);
  return points
    .map((value, index) => {
      const y = HEIGHT - 1 - (value / most) * (HEIGHT - 3);
      return `${index === 0 ? 'M' : 'L'}${xOf(index, points.length)} ${y.toFixed(1)}`;
    })
    .join('');
}

function xOf(index: number, length: number): string {
  return (((POINTS - length + index) / (POINTS - 1)) * WIDTH).toFixed(1);
}
