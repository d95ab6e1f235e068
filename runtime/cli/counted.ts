// Numbers of things in words.

/** `1 gateway`, `2 gateways`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
