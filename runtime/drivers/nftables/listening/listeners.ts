// Who listens to firewalls of a gateway: each has a table in the kernel, which is read every second and goes when nobody listens any more.
import { randomBytes } from 'node:crypto';
import { type Address, type Name, parseAddress } from '../../../model/address.ts';
import type { ConversationOrder, HeardConversations } from '../../../model/conversation.ts';
import { GatewrightError } from '../../../model/errors.ts';
import type { PolicySpec } from '../../../model/kinds/policy.ts';
import { formatTag } from '../../../model/tag.ts';
import { tableName } from '../encode/surroundings.ts';
import type { Nft } from '../kernel/nft.ts';
import { TAG_CHAIN } from '../kernel/table.ts';
import { type Command, removeTable, replaceTable } from '../kernel/write.ts';
import { readPair, readPolicy } from '../observe.ts';
import { tagIn } from '../ownership.ts';
import { EAR_TABLE, earTable } from './ear-table.ts';
import { type Counts, countsOf, heardSince } from './heard.ts';

const EVERY_MS = 1_000;
const NOTHING: Counts = { elements: new Map(), lost: 0 };

interface Listener {
  readonly table: string;
  readonly policy: Address<'policy'>;
  readonly order: ConversationOrder;
  readonly heard: HeardConversations;
  readonly ended: () => void;
  /** As its table was made for it. */
  spec: PolicySpec;
  counts: Counts;
  timer: NodeJS.Timeout | undefined;
}

/** Takes its turn among all that is done to the tables of a gateway. */
type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export class Listeners {
  readonly #nft: Nft;
  readonly #inTurn: InTurn;
  readonly #listeners = new Set<Listener>();

  constructor(nft: Nft, inTurn: InTurn) {
    this.#nft = nft;
    this.#inTurn = inTurn;
  }

  /** See `Handle.conversations`. */
  listen(
    policy: Address<'policy'>,
    order: ConversationOrder,
    heard: HeardConversations,
    ended: () => void,
  ): Promise<() => void> {
    return this.#inTurn(async () => {
      const { spec } = readPolicy(policy, await readPair(this.#nft, tableName(policy)));
      if (spec.links?.some(({ firewall }) => firewall === order.firewall) !== true)
        throw new GatewrightError(
          'GW_ADDRESS_UNKNOWN',
          `${policy} has no firewall ${order.firewall} now; apply the drawing first`,
        );
      const own = { table: `gwh${randomBytes(5).toString('hex')}`, policy, order, heard, ended };
      const listener: Listener = { ...own, spec: spec as PolicySpec, counts: NOTHING, timer: undefined };
      await this.#nft.apply(tableOf(listener));
      this.#listeners.add(listener);
      this.#later(listener);
      return () => this.#stop(listener);
    });
  }

  /**
   * Commands that go with a change of a policy, as its marks may be others afterwards. What was heard until then is told first.
   * @param spec  `undefined` = the policy goes
   */
  async follow(policy: Address<'policy'>, spec: PolicySpec | undefined): Promise<Following> {
    const own = [...this.#listeners].filter(listener => listener.policy === policy);
    // WHY whatever comes of it: a change of rules does not wait for those who listen.
    for (const listener of own) await this.#read(listener).catch(() => undefined);
    const stay = spec === undefined ? [] : own.filter(({ order }) => guards(spec, order.firewall));
    const gone = own.filter(listener => !stay.includes(listener));
    const next = stay.map(listener => ({ listener, made: { ...listener, spec: spec as PolicySpec } }));
    return {
      commands: [
        ...gone.flatMap(({ table }) => removeTable({ family: 'inet', name: table })),
        ...next.flatMap(({ made }) => tableOf(made)),
      ],
      done: () => {
        for (const { listener, made } of next) Object.assign(listener, { spec: made.spec, counts: NOTHING });
        for (const listener of gone) this.#forget(listener).ended();
      },
    };
  }

  /** Ends all; the tables go with what is done next. */
  close(): void {
    for (const listener of [...this.#listeners]) this.#stop(listener);
  }

  #later(listener: Listener): void {
    listener.timer = setTimeout(() => {
      const read = async () => (this.#listeners.has(listener) ? this.#read(listener) : undefined);
      this.#inTurn(read).then(
        () => this.#listeners.has(listener) && this.#later(listener),
        // Somebody took the table away, or nft does not answer: nothing more can be heard.
        () => this.#listeners.has(listener) && this.#forget(listener).ended(),
      );
    }, EVERY_MS).unref();
  }

  async #read(listener: Listener): Promise<void> {
    const table = await this.#nft.table('inet', listener.table);
    if (table === undefined) throw new GatewrightError('GW_HOST_UNEXPECTED', `the table ${listener.table} has gone`);
    const now = countsOf(table);
    const heard = heardSince(listener.counts, now, listener.spec, listener.order.firewall);
    const lost = now.lost - listener.counts.lost;
    listener.counts = now;
    if (this.#listeners.has(listener) && (heard.length > 0 || lost > 0)) listener.heard(heard, lost);
  }

  #stop(listener: Listener): void {
    if (!this.#listeners.has(listener)) return;
    this.#forget(listener);
    const table = { family: 'inet', name: listener.table } as const;
    // What is left of it goes at the next start.
    this.#inTurn(() => this.#nft.apply(removeTable(table))).catch(() => undefined);
  }

  #forget(listener: Listener): Listener {
    clearTimeout(listener.timer);
    this.#listeners.delete(listener);
    return listener;
  }
}

export interface Following {
  readonly commands: readonly Command[];
  /** To be called once the commands were carried out. */
  readonly done: () => void;
}

/** Removes the tables of listeners of an agent that was killed. Only before anybody listens. */
export async function sweepListeners(nft: Nft, gateway: Name): Promise<void> {
  for (const { family, name } of await nft.tables()) {
    if (family !== 'inet' || !EAR_TABLE.test(name)) continue;
    const tag = tagIn(await nft.chain(family, name, TAG_CHAIN));
    if (tag !== undefined && parseAddress(tag.address)?.gateway === gateway)
      await nft.apply(removeTable({ family, name }));
  }
}

function tableOf({ table, policy, spec, order }: Pick<Listener, 'table' | 'policy' | 'spec' | 'order'>) {
  return replaceTable(earTable(table, formatTag({ address: policy, generation: 0 }), spec, order));
}

function guards({ links }: PolicySpec, firewall: Name): boolean {
  return links.some(link => link.firewall === firewall);
}
