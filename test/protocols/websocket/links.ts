// Both ends of our own, with all that they received and said. Closed together.
import { WebSocketClient } from '../../../runtime/protocols/websocket/client.ts';
import type { WebSocketLink } from '../../../runtime/protocols/websocket/link.ts';
import { websocket } from '../../../runtime/protocols/websocket/protocol.ts';
import { WebSocketListener } from '../../../runtime/protocols/websocket/server.ts';
import { until } from './ends.ts';

type Settings = Readonly<Record<string, unknown>> & { readonly secrets?: Readonly<Record<string, string>> };

export interface TestEnd<L extends WebSocketLink> {
  readonly link: L;
  readonly got: readonly Uint8Array[];
  readonly downs: readonly unknown[];
}

export function testEnds() {
  const links: WebSocketLink[] = [];
  const made = <L extends WebSocketLink>(
    End: new (...all: ConstructorParameters<typeof WebSocketClient>) => L,
    { secrets = {}, ...settings }: Settings,
  ): TestEnd<L> => {
    const [got, downs]: [Uint8Array[], unknown[]] = [[], []];
    const options = websocket.options.parse({ againMs: 10, againMostMs: 40, ...settings });
    const events = { received: (frame: Uint8Array) => got.push(frame), down: (why: unknown) => downs.push(why) };
    const link = new End(options, events, async name => secrets[name]);
    links.push(link);
    link.start();
    return { link, got, downs };
  };
  return {
    client: (settings: Settings) => made(WebSocketClient, { role: 'client', ...settings }),
    /** One that may not be able to listen. */
    listener: (settings: Settings) => made(WebSocketListener, { role: 'server', port: 0, ...settings }),
    async server(settings: Settings = {}) {
      const end = made(WebSocketListener, { role: 'server', port: 0, ...settings });
      await until(() => end.link.port !== undefined);
      const port = end.link.port as number;
      return { ...end, port, url: `ws://127.0.0.1:${port}/` };
    },
    close: () => Promise.all(links.splice(0).map(link => link.close())),
  };
}
