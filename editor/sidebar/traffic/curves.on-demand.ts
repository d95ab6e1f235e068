// Draws small curves by uPlot. Loaded when the first one is shown.
import uPlot from 'uplot';

/** Seconds between two looks at a line. */
const STEP_S = 0.5;
const MINUTE_S = 60;
const COLOUR = '#e69f00';
const AREA = 'rgba(230, 159, 0, 0.18)';

export interface Curve {
  /** @param points  one for each look, oldest first; the newest is now */
  draw(points: readonly number[]): void;
}

/** By the element each is in. uPlot keeps every plot until it is destroyed, and nobody tells when its row has gone. */
const plots = new Map<HTMLElement, uPlot>();

function destroyGone(): void {
  for (const [root, plot] of plots)
    if (!root.isConnected) {
      plot.destroy();
      plots.delete(root);
    }
}

/**
 * @param root     takes the curve, and gives it its size
 * @param pointed  told which point the mouse is at: its value, and how many seconds ago it was; `undefined` when it is at none
 */
export function curve(
  root: HTMLElement,
  pointed: (at: { readonly value: number; readonly secondsAgo: number } | undefined) => void,
): Curve {
  destroyGone();
  const size = () => ({ width: root.clientWidth, height: root.clientHeight });
  let points: readonly number[] = [];
  const plot = new uPlot(
    {
      ...size(),
      padding: [2, 1, 1, 1],
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 5 } },
      scales: {
        x: { time: false, range: () => [-MINUTE_S, 0] },
        y: { range: (_plot, _least, most) => [0, Math.max(1, most)] },
      },
      series: [{}, { stroke: COLOUR, width: 1.5, fill: AREA, points: { show: false } }],
      hooks: {
        setCursor: [
          ({ cursor: { idx } }) => {
            const value = idx === null || idx === undefined ? undefined : points[idx];
            const secondsAgo = (points.length - 1 - (idx ?? 0)) * STEP_S;
            pointed(value === undefined ? undefined : { value, secondsAgo });
          },
        ],
      },
    },
    [[], []],
    root,
  );
  plots.set(root, plot);
  return {
    draw(next) {
      points = next;
      const { width, height } = size();
      if (width !== plot.width || height !== plot.height) plot.setSize({ width, height });
      plot.setData([next.map((_value, index) => (index - next.length + 1) * STEP_S), [...next]]);
    },
  };
}
