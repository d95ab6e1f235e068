// Lines and firewalls of a gateway in the hands of a test: it says what goes over them, and sees who listens.
import type { Address } from '../../runtime/model/address.ts';
import type { Conversation, ConversationOrder, HeardConversations } from '../../runtime/model/conversation.ts';
import { GatewrightError } from '../../runtime/model/errors.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import type { EndFigures, HeardTraffic, TrafficTick, WireFigures } from '../../runtime/model/line-figures.ts';
import type { HeardFrames, LineFrame, LineTap } from '../../runtime/model/line-frame.ts';
import type { Observed } from '../../runtime/model/observed.ts';
import type { PortFigures } from '../../runtime/model/port-figures.ts';
import type { HeardPortFrames, PortFrame, PortOrder } from '../../runtime/model/port-frame.ts';
import type { PlatformPort } from '../../runtime/platform/platform-port.ts';

export const NOTHING: WireFigures = { frames: 0, bytes: 0, denied: 0, dropped: 0, malformed: 0 };

/** An end at which nothing happened, but for what is said. */
export function endOf(end: EndFigures['end'], changes: Partial<EndFigures> = {}): EndFigures {
  return { end, in: NOTHING, out: NOTHING, firewalls: [], ...changes };
}

type Lines = Pick<PlatformPort, 'traffic' | 'tap' | 'tapPort' | 'conversations' | 'observe' | 'onEvent'>;

/** One hold of somebody. */
interface Hold<T> {
  readonly of: string;
  readonly heard: T;
  readonly end: () => void;
}

export class FakeLines implements Lines {
  /** By address; a test may change them. */
  protocols: Readonly<Record<Address<'line'>, string>>;
  /** What was counted so far at cards of VMs, where the agent asks for it. */
  counted: readonly PortFigures[] = [];
  /** Whether its gateways answer. */
  away = false;
  readonly #watchers = new Set<Hold<HeardTraffic>>();
  readonly #taps = new Set<Hold<HeardFrames>>();
  readonly #cards = new Set<Hold<HeardPortFrames>>();
  readonly #ears = new Set<Hold<HeardConversations>>();
  readonly #listeners = new Set<(event: AgentEvent) => void>();
  #changed = () => {};

  constructor(protocols: Readonly<Record<Address<'line'>, string>>) {
    this.protocols = protocols;
  }

  /** Gateways that somebody looks at, one entry for each hold. */
  get watched(): readonly string[] {
    return [...this.#watchers].map(({ of }) => of);
  }

  get tapped(): readonly string[] {
    return [...this.#taps].map(({ of }) => of);
  }

  /** Cards of VMs that somebody records, each with how many bytes of a frame. */
  get recorded(): readonly string[] {
    return [...this.#cards].map(({ of }) => of);
  }

  /** Firewalls that somebody hears, each with its policy and whether what is refused is heard too. */
  get heard(): readonly string[] {
    return [...this.#ears].map(({ of }) => of);
  }

  /** Waits until it is as it should be, looking after each change of who listens. */
  async until(fits: () => boolean): Promise<void> {
    while (!fits())
      await new Promise<void>(resolve => {
        this.#changed = resolve;
      });
  }

  say(gateway: string, tick: TrafficTick): void {
    for (const { of, heard } of this.#watchers) if (of === gateway) heard(tick);
  }

  tell(line: Address<'line'>, frames: readonly LineFrame[], lost = 0): void {
    for (const { of, heard } of this.#taps) if (of === line) heard(frames, lost);
  }

  /** @param of  as in {@link recorded} */
  pass(of: string, frames: readonly PortFrame[], lost = 0): void {
    for (const { of: own, heard } of this.#cards) if (own === of) heard(frames, lost);
  }

  /** @param of  as in {@link heard} */
  ask(of: string, asked: readonly Conversation[], lost = 0): void {
    for (const { of: own, heard } of this.#ears) if (own === of) heard(asked, lost);
  }

  /** Nothing more can be heard: the agent is gone, or the line. */
  end(): void {
    for (const { end } of [...this.#watchers, ...this.#taps, ...this.#cards, ...this.#ears]) end();
  }

  event(event: AgentEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async traffic(gateway: string, heard: HeardTraffic): Promise<LineTap> {
    return this.watch(gateway, heard);
  }

  /** See `traffic`. */
  watch(gateway: string, heard: HeardTraffic): LineTap {
    return this.#hold(this.#watchers, gateway, heard);
  }

  async tap(line: Address<'line'>, heard: HeardFrames): Promise<LineTap> {
    return this.#hold(this.#taps, line, heard);
  }

  async tapPort(port: Address<'port'>, { snaplen }: PortOrder, heard: HeardPortFrames): Promise<LineTap> {
    return this.#hold(this.#cards, `${port} ${snaplen}`, heard);
  }

  async conversations(
    policy: Address<'policy'>,
    { firewall, refused }: ConversationOrder,
    heard: HeardConversations,
  ): Promise<LineTap> {
    return this.#hold(this.#ears, `${policy} ${firewall} ${refused ? 'all' : 'passed'}`, heard);
  }

  async observe(gateway: string): Promise<Observed> {
    this.#refuseAway();
    const resources = Object.entries(this.protocols).map(([address, protocol]) => {
      const spec = { protocol, settings: {}, messages: 'none', ports: [] };
      return [address, { address, kind: 'line', spec, generation: 1, status: {} }] as const;
    });
    return { gateway, generation: 1, atMs: 0, resources: Object.fromEntries(resources) as Observed['resources'] };
  }

  onEvent(listener: (event: AgentEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #hold<T>(holds: Set<Hold<T>>, of: string, heard: T): LineTap {
    this.#refuseAway();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const close = () => {
      holds.delete(hold);
      this.#changed();
      resolve();
    };
    const hold = { of, heard, end: close };
    holds.add(hold);
    this.#changed();
    return { ended, close };
  }

  #refuseAway(): void {
    if (this.away) throw new GatewrightError('GW_GATEWAY_AWAY', 'cell-7: no agent answers; start it');
  }
}
