// What messages on a line of MQTT mean.
import { z } from 'zod';
import { GatewrightError } from '../../model/errors.ts';
import type { LineSettings } from '../../model/kinds/line.ts';
import type { LineFrame } from '../../model/line-frame.ts';
import { givenBytes } from '../given-bytes.ts';
import { readLine } from '../json-lines.ts';
import { readableText } from '../readable-text.ts';
import type { ProtocolWords, Question } from '../words.ts';
import { readMessage, spokenMessage } from './line-message.ts';
import type { MqttMessage } from './link.ts';
import type { MqttOptions } from './protocol.ts';
import { topicProblem } from './topics.ts';

/** Most characters of what a line holds alone. */
const MOST_DEVICE = 300;

export const mqttWords: ProtocolWords = { name: 'mqtt', device, question, needs: () => 'write', describe };

/** The name at the broker: who logs in under it throws out whoever did before. */
function device(settings: LineSettings): string {
  const { clientId, host, port } = settings as unknown as MqttOptions;
  return `${clientId} at ${host}:${port}`.slice(0, MOST_DEVICE);
}

const Publication = z.looseObject({
  topic: z.string(),
  payload: z.unknown().optional(),
  data: z.unknown().optional(),
  qos: z.union([z.literal(0), z.literal(1)]).default(1),
  retain: z.boolean().default(false),
});

/** `{topic, payload}` as the mqtt nodes of Node-RED take it, or `{topic, data}` with bytes, as a tap gives them. */
function question(payload: unknown): Question {
  const asked = Publication.safeParse(payload);
  if (!asked.success) {
    const [issue] = asked.error.issues;
    throw unfit(`payload${issue?.path.length ? `.${issue.path.join('.')}` : ''} does not fit (${issue?.message})`);
  }
  const { topic, qos, retain } = asked.data;
  const problem = topicProblem(topic);
  if (problem !== undefined) throw unfit(`the topic ${problem}`);
  const message = { topic, payload: bytesOf(asked.data), qos, retain };
  const words = wordsOf(message);
  return { request: Buffer.from(JSON.stringify(spokenMessage(message))), words, answer: () => words };
}

/** Text and bytes as they are, everything else as JSON. @throws GatewrightError GW_MQTT_MESSAGE */
function bytesOf({ payload, data }: z.infer<typeof Publication>): Uint8Array {
  if (data !== undefined) {
    const bytes = givenBytes(data);
    if (typeof bytes === 'string') throw unfit(`the bytes in data ${bytes}`);
    return bytes;
  }
  if (payload instanceof Uint8Array) return payload;
  const text = typeof payload === 'string' ? payload : jsonOf(payload);
  if (text === undefined) throw unfit('there is no payload that could be sent');
  return Buffer.from(text);
}

/** `undefined` when it cannot be JSON. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) as string | undefined;
  } catch {
    return undefined;
  }
}

function describe({ frame }: LineFrame): Readonly<Record<string, unknown>> {
  const message = readMessage(readLine(Buffer.from(frame, 'hex')));
  return message === undefined ? { bytes: frame } : wordsOf(message);
}

/** In the form in which it can be sent again. */
function wordsOf({ topic, payload, qos, retain }: MqttMessage): Readonly<Record<string, unknown>> {
  const text = readableText(payload);
  const said = text === undefined ? { data: Buffer.from(payload).toString('hex') } : { payload: text };
  return { topic, ...said, qos, retain };
}

function unfit(fact: string): GatewrightError {
  return new GatewrightError('GW_MQTT_MESSAGE', `${fact}; send {topic, payload}, with qos and retain where you want`);
}
