// The declaration of MQTT 5 links: messages to and from topics of a broker.
import { z } from 'zod';
import * as fields from '../../model/fields.ts';
import { quoted } from '../../model/plain-text.ts';
import { option, type Protocol } from '../../model/protocol.ts';
import german from './locales/de.json' with { type: 'json' };
import { filterProblem, topicProblem } from './topics.ts';

const TLS = { field: 'tls', is: ['true'] } as const;
const REMEDY =
  'Put + only alone between slashes and # only alone at the end, and neither into a topic that is sent to.';

/** Text that a check finds nothing wrong with. */
function checked(problem: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const why = problem(text);
    if (why === undefined) return;
    const fact = `${quoted(text)} ${why}`;
    context.addIssue({ code: 'custom', message: fact, params: { code: 'GW_MQTT_TOPIC', fact, remedy: REMEDY } });
  });
}

const FILTER_HELP =
  'A level {vm} or {tenant} stands for the name of each VM or its tenant, so that each has topics of its own.';

const subscription = z.object({
  filter: option(checked(filterProblem), { title: 'Topic filter', help: FILTER_HELP }),
  qos: option(fields.integer(0, 1).default(1), { title: 'QoS' }),
});

const publication = z.object({
  filter: option(checked(filterProblem), { title: 'Topic filter', help: FILTER_HELP }),
  qos: option(fields.integer(0, 1).default(1), { title: 'Highest QoS' }),
  retain: option(fields.flag().default(false), {
    title: 'Retained',
    help: 'The broker may be asked to keep messages.',
  }),
});

const options = z.object({
  host: option(fields.pattern(/^[\w.:-]{1,253}$/, 'a host', 'Write the name or the address of the broker.'), {
    title: 'Broker',
  }),
  port: option(fields.integer(1, 65_535).default(8_883), { title: 'Port', help: '8883 with TLS, 1883 without.' }),
  tls: option(fields.flag().default(true), { title: 'TLS' }),
  authority: option(z.string().max(100_000).default(''), {
    ...{ title: 'CA certificates', lines: true, only: TLS },
    help: 'PEM of the authority that signed the broker; empty for the well-known ones.',
  }),
  serverName: option(fields.text(253).default(''), {
    ...{ title: 'Server name', rare: true, only: TLS },
    help: 'The name in the certificate of the broker, when that is not the host.',
  }),
  certificate: option(z.string().max(100_000).default(''), { title: 'Client certificate', lines: true, only: TLS }),
  key: option(fields.optionalSecret().default(''), { title: 'Client key', secret: true, only: TLS }),
  username: option(fields.text(1_000).default(''), { title: 'User name' }),
  password: option(fields.optionalSecret().default(''), { title: 'Password', secret: true }),
  clientId: option(fields.pattern(/^[\w.:-]{1,128}$/, 'a client id', 'Use letters, digits, dots and hyphens.'), {
    title: 'Client id',
    help: 'Must be of this link alone, and stay: the broker keeps messages for it.',
  }),
  subscriptions: option(fields.rows(subscription, 1_000).default([]), { title: 'Subscriptions' }),
  publish: option(fields.rows(publication, 1_000).default([]), {
    title: 'May be published',
    help: 'What fits no filter is refused: with none, nothing is published.',
  }),
  keepAliveS: option(fields.integer(5, 65_535).default(30), { title: 'Keep alive', rare: true, unit: 's' }),
  sessionS: option(fields.integer(0, 4_294_967_295).default(86_400), {
    ...{ title: 'Session expiry', rare: true, unit: 's' },
    help: 'How long the broker keeps messages for this link while it is away.',
  }),
  receiveMost: option(fields.integer(1, 65_535).default(256), {
    title: 'Receive maximum',
    rare: true,
    help: 'Messages of QoS 1 that the broker may send ahead.',
  }),
  messageBytes: option(fields.integer(128, 268_435_455).default(1_048_576), {
    title: 'Maximum packet size',
    rare: true,
    unit: 'bytes',
  }),
  storeMessages: option(fields.integer(1, 1_000_000).default(1_000), {
    title: 'Store',
    rare: true,
    help: 'Messages of QoS 1 that wait for the broker at most; a full store refuses the newest.',
  }),
  storeBytes: option(fields.integer(1_024, 1_073_741_824).default(8_388_608), {
    title: 'Store',
    rare: true,
    unit: 'bytes',
  }),
  queueBytes: option(fields.integer(1_024, 268_435_456).default(1_048_576), {
    ...{ title: 'Queue of a VM', rare: true, unit: 'bytes' },
    help: 'Of what a VM has not read yet; what does not fit is dropped and counted.',
  }),
  willTopic: option(checked(topic => (topic === '' ? undefined : topicProblem(topic))).default(''), {
    title: 'Will topic',
    rare: true,
    help: 'Empty for none.',
  }),
  willText: option(z.string().max(65_535).default(''), {
    title: 'Will message',
    rare: true,
    help: 'Sent when this link is lost.',
  }),
  willQos: option(fields.integer(0, 1).default(1), { title: 'Will QoS', rare: true }),
  willRetain: option(fields.flag().default(true), { title: 'Will retained', rare: true }),
  willDelayS: option(fields.integer(0, 86_400).default(0), { title: 'Will delay', rare: true, unit: 's' }),
  connectMs: option(fields.integer(100, 120_000).default(10_000), {
    title: 'Connection time-out',
    rare: true,
    unit: 'ms',
  }),
  againMs: option(fields.integer(10, 60_000).default(500), {
    title: 'First pause before reconnecting',
    rare: true,
    unit: 'ms',
  }),
  againMostMs: option(fields.integer(10, 600_000).default(30_000), { title: 'Longest pause', rare: true, unit: 'ms' }),
});

export type MqttOptions = z.infer<typeof options>;

export const mqtt = {
  name: 'mqtt',
  title: 'MQTT',
  summary: 'Messages to and from topics of an MQTT 5 broker, with TLS and without loss at QoS 1.',
  carries: 'messages',
  limits: [
    'There is no QoS 2, and no MQTT before version 5.',
    'The store is in memory: messages that the broker has not acknowledged are lost when the gateway ends.',
    'A message of QoS 1 may come twice, as everywhere, and so may one that fits two subscriptions.',
  ],
  translations: { de: german },
  options,
} as const satisfies Protocol<typeof options>;
