// The client of npm mqtt, which keeps what is not acknowledged, with everything switched off that we do ourselves: its
// reconnecting without slowing down, its queue without a bound, its log that has passwords in it.
import type { Socket } from 'node:net';
import { type IPublishPacket, MqttClient } from 'mqtt';
import type { MqttOptions } from './protocol.ts';

export interface NpmClient {
  readonly client: MqttClient;
  /** Speaks over a stream that is connected. The password is forgotten when this returns. */
  speak(stream: Socket, password: string | undefined): void;
}

/** @param received  gets each message; the next one comes, and this one is acknowledged, when it has ended. Never throws */
export function npmClient(options: MqttOptions, received: (packet: IPublishPacket) => Promise<void>): NpmClient {
  let stream: Socket | undefined;
  const settings = settingsOf(options);
  const client = new MqttClient(() => {
    if (stream === undefined) throw new Error('there is no stream');
    return stream;
  }, settings);
  // Errors are looked for by each session; one without a listener would end the process.
  client.on('error', () => {});
  client.handleMessage = (packet, done) => void received(packet).then(() => done());
  return {
    client,
    speak(next, password) {
      stream = next;
      // WHY bytes: the package logs texts that it writes. WHY deleted: whoever prints the client prints its options.
      if (password !== undefined) client.options.password = Buffer.from(password);
      // Answers to messages of an older connection; their numbers mean others now.
      client.queue.length = 0;
      client.connect();
      delete client.options.password;
    },
  };
}

function settingsOf(options: MqttOptions): ConstructorParameters<typeof MqttClient>[1] {
  const { clientId, username, keepAliveS, connectMs, receiveMost, messageBytes, sessionS, willTopic } = options;
  return {
    ...{ clientId, keepalive: keepAliveS, connectTimeout: connectMs, protocolVersion: 5, clean: false },
    ...{ manualConnect: true, reconnectPeriod: 0, resubscribe: false, queueQoSZero: false, log: () => {} },
    properties: {
      ...{ sessionExpiryInterval: sessionS, receiveMaximum: receiveMost, maximumPacketSize: messageBytes },
    },
    ...(username === '' ? {} : { username }),
    ...(willTopic === '' ? {} : { will: willOf(options) }),
  };
}

function willOf({ willTopic, willText, willQos, willRetain, willDelayS }: MqttOptions) {
  return {
    ...{ topic: willTopic, payload: Buffer.from(willText), qos: willQos as 0 | 1, retain: willRetain },
    properties: { willDelayInterval: willDelayS },
  };
}
