// A frame on a line of WebSocket: `{"data"(base64)}`, as VMs say and hear it, and as it is asked and heard by flows.
import { z } from 'zod';
import { readBase64 } from '../json-lines.ts';

/** WHY strict: what a VM hears has one field more, so what a terminal echoes is never taken for something that it says. */
const Spoken = z.strictObject({ data: z.string() });

/** The frame that a value of JSON is; `undefined` when it is none. */
export function readFrame(value: unknown): Uint8Array | undefined {
  const spoken = Spoken.safeParse(value);
  return spoken.success ? readBase64(spoken.data.data) : undefined;
}

/** The value of JSON that a frame is. */
export function spokenFrame(frame: Uint8Array): { readonly data: string } {
  return { data: Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('base64') };
}
