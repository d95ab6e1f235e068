// Frames of lines that carry messages, for those who listen: what is told, in which form, and how large at most.
import type { LineFrame } from '../model/line-frame.ts';
import type { LineWorld } from './field-line.ts';

/** A larger message is not told, only that it was there: listeners get many at once. */
const MOST_TOLD_BYTES = 65_536;

type Told = Pick<LineFrame, 'end' | 'direction' | 'refusedBy'>;

export class MessageFrames {
  readonly #world: Pick<LineWorld, 'now' | 'ears'>;

  constructor(world: Pick<LineWorld, 'now' | 'ears'>) {
    this.#world = world;
  }

  /** Costs nothing when nobody listens. @param spoken  the message as JSON */
  tell(told: Told, spoken: () => Readonly<Record<string, unknown>>): void {
    const { ears, now } = this.#world;
    if (!ears.any) return;
    const frame = frameOf(spoken());
    if (frame === undefined) ears.lost(1);
    else ears.tell({ atMs: now(), ...told, frame });
  }
}

/** In hex; `undefined` when it is too large to be told. */
export function frameOf(spoken: Readonly<Record<string, unknown>>): string | undefined {
  const text = Buffer.from(JSON.stringify(spoken));
  return text.length > MOST_TOLD_BYTES ? undefined : text.toString('hex');
}
