// Dragging and the wheel: the latter zooms with Ctrl, as on the canvas, and scrolls the sidebar without it.
import type { Point } from './layout-graph.ts';

export interface PointerEars {
  /** Whether dragging may begin there. */
  grabs(target: EventTarget | null): boolean;
  moved(dx: number, dy: number): void;
  /** @param around  within the element */
  turned(up: boolean, around: Point): void;
}

export function listenToPointer(root: SVGElement, ears: PointerEars): void {
  let from: Point | undefined;
  root.addEventListener('pointerdown', event => {
    if (event.button !== 0 || !ears.grabs(event.target)) return;
    from = { x: event.clientX, y: event.clientY };
    root.setPointerCapture(event.pointerId);
  });
  root.addEventListener('pointermove', event => {
    if (from === undefined) return;
    ears.moved(event.clientX - from.x, event.clientY - from.y);
    from = { x: event.clientX, y: event.clientY };
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    root.addEventListener(end, () => {
      from = undefined;
    });
  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const { left, top } = root.getBoundingClientRect();
    ears.turned(event.deltaY < 0, { x: event.clientX - left, y: event.clientY - top });
  };
  root.addEventListener('wheel', wheel, { passive: false });
}
