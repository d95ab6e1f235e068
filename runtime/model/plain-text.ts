// Text from a drawing made fit for a sentence: short, on one line. Escaping for HTML is left to whoever writes HTML.

/** Replaces control and direction-changing characters, and cuts what is longer than `most` characters. */
export function plainText(text: string, most = 40): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\u{fffd}');
  const characters = clean.length > most ? [...clean.slice(0, most * 2 + 2)] : [];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : clean;
}

/** Any value in quotes, for a sentence about it. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return `"${plainText(text)}"`;
}

/** `a`, `a and b`, `a, b and c`; the fourth and later ones are counted. */
export function listed(words: readonly string[], word: 'and' | 'or' = 'and'): string {
  const shown = words.length > 4 ? [...words.slice(0, 3), `${words.length - 3} more`] : words;
  if (shown.length < 2) return shown[0] ?? '';
  return `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1)}`;
}
