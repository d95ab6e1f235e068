// The declaration of WebSocket links: binary frames, each as large as its sender made it.
import { z } from 'zod';
import * as fields from '../../model/fields.ts';
import { option, type Protocol } from '../../model/protocol.ts';
import german from './locales/de.json' with { type: 'json' };

const CLIENT = { field: 'role', is: ['client'] } as const;
const SERVER = { field: 'role', is: ['server'] } as const;
const LOOPBACK = /^127\./;

const fieldsOfLink = z.object({
  role: option(fields.choice(['client', 'server']).default('client'), { title: 'Role' }),
  url: option(
    fields
      .pattern(
        /^(|wss?:\/\/[^\s@#]{1,2000})$/,
        'the URL of a WebSocket',
        'Write one such as wss://host:8443/line, without a password in it.',
      )
      .default(''),
    { title: 'URL', only: CLIENT },
  ),
  authority: option(z.string().max(100_000).default(''), {
    ...{ title: 'CA certificates', lines: true, only: CLIENT },
    help: 'PEM of the authority that signed the server; empty for the well-known ones.',
  }),
  address: option(fields.ipv4().default('127.0.0.1'), { title: 'Listen address', only: SERVER }),
  port: option(fields.integer(0, 65_535).default(8_443), { title: 'Port', only: SERVER }),
  path: option(fields.pattern(/^\/[\w./~-]{0,200}$/, 'a path', 'Write one such as /line.').default('/'), {
    ...{ title: 'Path', only: SERVER },
  }),
  certificate: option(z.string().max(100_000).default(''), {
    ...{ title: 'Certificate', lines: true, only: SERVER },
    help: 'PEM; empty for a connection without TLS.',
  }),
  key: option(fields.optionalSecret().default(''), { title: 'Key of the certificate', secret: true, only: SERVER }),
  token: option(fields.optionalSecret().default(''), {
    ...{ title: 'Bearer token', secret: true },
    help: 'A server lets in only who has it, a client shows it.',
  }),
  origins: option(fields.text(2_000).default(''), {
    ...{ title: 'Web pages', rare: true, only: SERVER },
    help: 'Origins whose pages may connect, such as https://panel.example, with commas between; others may not.',
  }),
  peersMost: option(fields.integer(1, 1_000).default(8), { title: 'Most clients', rare: true, only: SERVER }),
  frameBytes: option(fields.integer(1, 67_108_864).default(65_536), {
    title: 'Largest frame',
    rare: true,
    unit: 'bytes',
  }),
  queueBytes: option(fields.integer(1_024, 268_435_456).default(1_048_576), {
    ...{ title: 'Send queue', rare: true, unit: 'bytes' },
    help: 'For each other end and each VM; what does not fit is dropped and counted.',
  }),
  pingMs: option(fields.integer(50, 600_000).default(10_000), {
    ...{ title: 'Ping interval', rare: true, unit: 'ms' },
    help: 'Who is silent for two intervals is gone.',
  }),
  connectMs: option(fields.integer(50, 120_000).default(10_000), {
    title: 'Connection time-out',
    rare: true,
    unit: 'ms',
  }),
  againMs: option(fields.integer(10, 60_000).default(200), {
    title: 'First pause before reconnecting',
    rare: true,
    unit: 'ms',
  }),
  againMostMs: option(fields.integer(10, 600_000).default(15_000), { title: 'Longest pause', rare: true, unit: 'ms' }),
});

const options = fieldsOfLink.superRefine(({ role, url, address, token }, context) => {
  const report = (field: string, code: string, fact: string, remedy: string) =>
    context.addIssue({ code: 'custom', path: [field], message: fact, params: { code, fact, remedy } });
  if (role === 'client' && url === '')
    report('url', 'GW_FIELD_INVALID', 'there is no URL', 'Write one such as wss://host:8443/line.');
  if (role === 'server' && token === '' && !LOOPBACK.test(address))
    report('token', 'GW_WEBSOCKET_OPEN', `everybody who reaches ${address} would be let in`, 'Give it a token.');
});

export type WebSocketOptions = z.infer<typeof options>;

export const websocket = {
  name: 'websocket',
  title: 'WebSocket',
  summary: 'Binary frames to a WebSocket server, or to the clients of one.',
  carries: 'bytes',
  limits: [
    'Frames of text are thrown away and counted.',
    'Frames sent while nobody is connected are dropped and counted; MQTT keeps them.',
    'While reading is paused, an other end that is gone is not noticed.',
  ],
  translations: { de: german },
  options,
} as const satisfies Protocol<typeof options>;
