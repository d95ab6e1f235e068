// A frame that somebody names: bytes in hex, a line of a candump log, or the payload of a message; and how guards look at it.
import { GatewrightError } from '../model/errors.ts';
import { quoted } from '../model/plain-text.ts';
import { WORDS } from '../protocols/catalog.ts';
import { RECORDINGS } from '../protocols/recordings.ts';

/** Longest frame of any protocol with rules in hex with blanks, or as JSON. */
export const MOST_FRAME_CHARACTERS = 4_000;

/**
 * Reads a frame in the form of a line's protocol.
 * @throws GatewrightError GW_FRAME_UNREADABLE, and what the protocol says of a payload
 */
export function givenFrame(protocol: string, text: string): Uint8Array {
  if (text.length > MOST_FRAME_CHARACTERS) throw unreadable(text);
  const trimmed = text.trim();
  const written = RECORDINGS[protocol]?.written?.(trimmed);
  if (written !== undefined) return written;
  if (trimmed.startsWith('{')) return payload(protocol, trimmed);
  const digits = trimmed.replace(/[\s:]/g, '');
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) throw unreadable(text);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

function payload(protocol: string, text: string): Uint8Array {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(text);
  }
  const words = WORDS[protocol];
  if (words === undefined) throw unreadable(text);
  return words.question(value).request;
}

/**
 * How the programs of guards see a frame.
 * @param frame  in the form of the line
 * @throws GatewrightError GW_FRAME_UNREADABLE when it is no frame of the protocol
 */
export function judgedForm(protocol: string, frame: Uint8Array): Uint8Array {
  const recording = RECORDINGS[protocol];
  const found: Uint8Array[] = [];
  const reader = recording?.reader(({ judged }) => void found.push(judged));
  const heard = { atMs: 0, end: 'vm.any/any', direction: 'in', frame: Buffer.from(frame).toString('hex') } as const;
  for (const recorded of recording?.recorder('any')(heard) ?? []) reader?.take(recorded);
  reader?.end();
  const [judged] = found;
  if (judged === undefined) throw unreadable(Buffer.from(frame).toString('hex'));
  return judged;
}

function unreadable(text: string): GatewrightError {
  return new GatewrightError('GW_FRAME_UNREADABLE', `${quoted(text.slice(0, 80))} is no frame of this line`);
}
