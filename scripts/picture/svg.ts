// Pieces of SVG text.

/** Words as they stand between tags, or in an attribute. */
export function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** An icon of a node as a picture within the picture, 20 by 30. */
export function icon(svg: string, x: number, y: number): string {
  const bare = svg.replace(/<title>.*?<\/title>/s, '').trim();
  return bare.replace(/<svg[^>]*>/, `<svg x="${x}" y="${y}" width="20" height="30" viewBox="0 0 40 60">`);
}
