// Pieces of SVG text.

/** Words as they stand between tags, or in an attribute. */
export function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** An icon of a node, which is drawn 40 by 60, as a part of the picture of half that size. */
export function icon(svg: string, x: number, y: number): string {
  const shapes = svg.replace(/<title>.*?<\/title>/s, '').replace(/^\s*<svg[^>]*>|<\/svg>\s*$/g, '');
  return `<g transform="translate(${x} ${y}) scale(0.5)">${shapes.trim()}</g>`;
}
