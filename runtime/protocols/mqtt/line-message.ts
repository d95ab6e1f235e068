// A message on a line of MQTT: `{"topic","payload"(base64),"qos","retain"}`, as VMs say and hear it, and as it is asked and heard
// by flows.
import { z } from 'zod';
import { lineOf, readBase64, readLine } from '../json-lines.ts';
import type { MqttMessage } from './link.ts';

/** WHY strict: what a VM hears has one field more, so what a terminal echoes is never taken for something that it says. */
const Spoken = z.strictObject({
  topic: z.string(),
  payload: z.string(),
  qos: z.union([z.literal(0), z.literal(1)]).default(1),
  retain: z.boolean().default(false),
});

/** The message that a value of JSON is; `undefined` when it is none. Its topic may be any text. */
export function readMessage(value: unknown): MqttMessage | undefined {
  const spoken = Spoken.safeParse(value);
  if (!spoken.success) return undefined;
  const payload = readBase64(spoken.data.payload);
  return payload === undefined ? undefined : { ...spoken.data, payload };
}

/** The value of JSON that a message is. */
export function spokenMessage({ topic, payload, qos, retain }: MqttMessage): Readonly<Record<string, unknown>> {
  const { buffer, byteOffset, length } = payload;
  return { topic, payload: Buffer.from(buffer, byteOffset, length).toString('base64'), qos, retain };
}

/** A message as a VM hears it. @param atMs  when it came, Unix time in ms */
export function heardLine(spoken: Readonly<Record<string, unknown>>, atMs: number): Uint8Array {
  return lineOf({ ...spoken, atMs });
}

/** The message of a line that a VM hears. */
export function spokenLine(line: Uint8Array): Readonly<Record<string, unknown>> {
  const { atMs: _, ...spoken } = readLine(line) as Readonly<Record<string, unknown>>;
  return spoken;
}
