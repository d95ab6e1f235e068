// A recording of a line, or of the card of a VM, from the server to a file of this browser. It can be ended early: what came so far is whole.
import { loginToken } from '../login.ts';

/** Where a recording is, and what its file is called. */
export interface Recording {
  readonly path: string;
  readonly name: string;
}

export interface LineOrder {
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
export async function record(
  { path }: Recording,
  arrived: (bytes: number) => void,
  enough: AbortSignal,
): Promise<Blob> {
  const token = loginToken();
  const response = await fetch(path, { headers: token === '' ? {} : { authorization: `Bearer ${token}` } });
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

const ENDINGS = { pcapng: 'pcapng', candump: 'log' } as const;

export function lineRecording({ line, format, end, direction, seconds }: LineOrder): Recording {
  const query = new URLSearchParams({ format, seconds: String(seconds) });
  if (end !== '') query.set('end', end);
  if (direction !== '') query.set('direction', direction);
  const place = line.slice('line.'.length);
  return { path: `gatewright/lines/${place}/capture?${query}`, name: `${place.replace('/', '-')}.${ENDINGS[format]}` };
}

/** @param card  `port.cell-7/robot-a.eth0` */
export function cardRecording(card: string, seconds: number): Recording {
  const place = card.slice('port.'.length).replace('.', '/');
  const path = `gatewright/networks/${place}/capture?${new URLSearchParams({ seconds: String(seconds) })}`;
  return { path, name: `${place.replaceAll('/', '-')}.pcapng` };
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
