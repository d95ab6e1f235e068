// Links of a test with all that they received and said. Closed together.
import { MqttLink, type ReceivedMessage } from '../../../runtime/protocols/mqtt/link.ts';
import { mqtt } from '../../../runtime/protocols/mqtt/protocol.ts';

export interface TestLink {
  readonly link: MqttLink;
  readonly got: readonly ReceivedMessage[];
  readonly texts: () => readonly string[];
  readonly downs: readonly unknown[];
  readonly refusals: readonly string[];
  /** Resolves when the link is open. */
  open(): Promise<void>;
  /** Sends a text at QoS 1; resolves when the broker has it. */
  send(topic: string, text: string, retain?: boolean): Promise<void>;
}

export type LinkSettings = Readonly<Record<string, unknown>> & {
  readonly port: number;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly receive?: (message: ReceivedMessage) => void | Promise<void>;
};

export function testLinks() {
  const links: MqttLink[] = [];
  let names = 0;
  return {
    link({ secrets = {}, receive, ...settings }: LinkSettings): TestLink {
      names += 1;
      const given = {
        host: '127.0.0.1',
        tls: false,
        clientId: `test-${names}`,
        againMs: 10,
        againMostMs: 50,
        ...settings,
      };
      const [got, downs, refusals]: [ReceivedMessage[], unknown[], string[]] = [[], [], []];
      const link = new MqttLink(
        mqtt.options.parse(given),
        {
          received: message => {
            got.push(message);
            return receive?.(message);
          },
          opened: refused => refusals.push(...refused),
          down: why => downs.push(why),
        },
        async name => secrets[name],
      );
      links.push(link);
      link.start();
      return {
        ...{ link, got, downs, refusals },
        texts: () => got.map(({ payload }) => Buffer.from(payload).toString()),
        open: () => until(() => link.state === 'open'),
        send: (topic, text, retain = false) =>
          new Promise((resolve, reject) => {
            const payload = Buffer.from(text);
            link.publish({ topic, payload, qos: 1, retain }, error =>
              error === undefined ? resolve() : reject(error),
            );
          }),
      };
    },
    close: () => Promise.all(links.splice(0).map(link => link.close())),
  };
}

/** Looks again and again until something is so; the time-out of the test is the bound. */
export async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise(resolve => setTimeout(resolve, 2));
}
