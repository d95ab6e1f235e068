// The picture as a file: with its looks in it, in the colours that it has on the screen, all of it whatever part is shown.
import { svgElement } from '../../element.ts';
import { THEME } from './picture-style.ts';
import type { Size } from './viewport.ts';

const MARGIN = 12;
/** Browsers refuse larger ones, some without a word. */
const MOST_PIXELS = 8_000;

/** @param stage  that shows it */
export function svgText(stage: SVGElement, { width, height }: Size): string {
  const shown = getComputedStyle(stage);
  const colours = Object.keys(THEME).map(name => `${name}:${shown.getPropertyValue(name).trim()}`);
  const picture = stage.firstElementChild?.cloneNode(true);
  const [w, h] = [Math.ceil(width) + 2 * MARGIN, Math.ceil(height) + 2 * MARGIN];
  const root = svgElement(
    'svg',
    { width: w, height: h, viewBox: `${-MARGIN} ${-MARGIN} ${w} ${h}`, style: colours.join(';') },
    svgElement('rect', { x: -MARGIN, y: -MARGIN, width: w, height: h, style: 'fill:var(--gwt-ground)' }),
  );
  if (picture instanceof SVGElement) {
    picture.removeAttribute('transform');
    for (const node of picture.querySelectorAll('[tabindex]'))
      for (const name of ['tabindex', 'role', 'aria-pressed']) node.removeAttribute(name);
    root.append(picture);
  }
  return new XMLSerializer().serializeToString(root);
}

export function svgFile(text: string): Blob {
  return new Blob([text], { type: 'image/svg+xml' });
}

/**
 * The same in pixels, two for each px, or as many as browsers make.
 * @throws Error when the browser cannot make it
 */
export async function pngFile(text: string): Promise<Blob> {
  const url = URL.createObjectURL(svgFile(text));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(2, MOST_PIXELS / Math.max(image.width, image.height, 1));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        blob => (blob === null ? reject(new Error('no room for the picture')) : resolve(blob)),
        'image/png',
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
