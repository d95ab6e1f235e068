// A tooltip of Node-RED is as wide as its longest line, and what is beside the canvas is cut off.
const MOST_CHARACTERS = 64;

/** The text with its lines broken between words. */
export function brokenLines(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > MOST_CHARACTERS) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\n');
}
