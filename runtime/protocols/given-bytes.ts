// Bytes as people and flows give them: a Buffer, an array of numbers, or a text in hex.

/** Bytes of any of these; a sentence without its subject and full stop when it is none of them. */
export function givenBytes(given: unknown): Uint8Array | string {
  if (given instanceof Uint8Array) return given;
  if (typeof given === 'string') return /^(?:[0-9a-f]{2})*$/i.test(given) ? Buffer.from(given, 'hex') : NO_HEX;
  if (!Array.isArray(given)) return 'are a Buffer, bytes in an array, or a text in hex';
  const wrong = given.findIndex(byte => !Number.isInteger(byte) || byte < 0 || byte > 255);
  return wrong === -1 ? Uint8Array.from(given as number[]) : `are numbers from 0 to 255; number ${wrong} is none`;
}

const NO_HEX = 'in a text are in hex, two digits each, such as 00ff';
