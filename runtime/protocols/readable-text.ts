// Bytes as text, where people can read it.

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Control characters other than tabs and ends of lines. */
const UNREADABLE = /[^\P{Cc}\t\n\r]/u;

/** The text that these bytes are in UTF-8; `undefined` when they are none that can be read. */
export function readableText(bytes: Uint8Array): string | undefined {
  try {
    const text = strictUtf8.decode(bytes);
    return UNREADABLE.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
