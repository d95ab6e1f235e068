// A recording of a line, from the server to a file of this browser. It can be ended early: what came so far is whole.
import { loginToken } from '../login.ts';

export interface RecordOrder {
  /** `line.cell-7/meters`. */
  readonly line: string;
  readonly format: 'pcapng' | 'candump';
  /** Empty = every end. */
  readonly end: string;
  /** Empty = both. */
  readonly direction: string;
  readonly seconds: number;
}

/**
 * Records.
 * @param arrived  called with the bytes that came so far
 * @param enough   ends it early, and keeps what came
 * @throws Error with words of the server, or without a message when it is away
 */
export async function record(order: RecordOrder, arrived: (bytes: number) => void, enough: AbortSignal): Promise<Blob> {
  const token = loginToken();
  const response = await fetch(addressOf(order), { headers: token === '' ? {} : { authorization: `Bearer ${token}` } });
  if (!response.ok || response.body === null) throw new Error(await wordsOf(response));
  const reader = response.body.getReader();
  const stop = () => void reader.cancel();
  enough.addEventListener('abort', stop, { once: true });
  if (enough.aborted) stop();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value);
    bytes += piece.value.length;
    arrived(bytes);
  }
  return new Blob(pieces);
}

function addressOf({ line, format, end, direction, seconds }: RecordOrder): string {
  const query = new URLSearchParams({ format, seconds: String(seconds) });
  if (end !== '') query.set('end', end);
  if (direction !== '') query.set('direction', direction);
  return `gatewright/lines/${line.slice('line.'.length)}/capture?${query}`;
}

async function wordsOf(response: Response): Promise<string> {
  try {
    const { message, remedy } = (await response.json()) as { readonly message?: unknown; readonly remedy?: unknown };
    return [message, remedy].filter(part => typeof part === 'string').join('. ');
  } catch {
    return `${response.status} ${response.statusText}`;
  }
}

/** Offers a file as if it had been downloaded. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Given back when the browser has surely taken it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
