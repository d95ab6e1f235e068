// Whatever a line of MQTT lets and whatever is changed on the way: what a VM may not say reaches nobody, what it may not hear it
// does not hear, and when nothing changes, everything else gets through.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LinePort } from '../../../runtime/model/kinds/line.ts';
import { mqttLine } from '../../../runtime/protocols/mqtt/field-line.ts';
import type { GuestSocket } from '../guest-socket.ts';
import { type LabLine, LineLab, portOf } from '../line-lab.ts';
import { type Broker, startBroker } from './broker.ts';
import { type TestLink, testLinks, until } from './links.ts';

const NAMES = ['a', 'b', 'c'] as const;
const TENANTS = ['one', 'two'] as const;
const TOPICS = ['x', 'y'].flatMap(kind =>
  [...NAMES, ...TENANTS].flatMap(who => [`${kind}/${who}`, `${kind}/${who}/low`]),
);
const FILTERS = ['x', 'y'].flatMap(kind =>
  ['{vm}', '{tenant}', '{vm}/low', '{tenant}/#', '+/low'].map(end => `${kind}/${end}`),
);
/** Everybody hears it, and only the other side says it. */
const END = 'end';
/** Messages of everybody between two changes. */
const BURST = 12;

/** The tenants that they belong to; `undefined` = wired to nothing. */
type Drawing = readonly ((typeof TENANTS)[number] | undefined)[];
interface Rights {
  readonly subscriptions: readonly { readonly filter: string; readonly qos: number }[];
  readonly publish: readonly { readonly filter: string; readonly qos: number; readonly retain: boolean }[];
}
interface Word {
  readonly topic: string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}
interface Said {
  /** `undefined`: the other side, which may say anything. */
  readonly by: number | undefined;
  readonly topic: string;
  readonly retain: boolean;
  readonly first: number;
}

const filter = fc.constantFrom(...FILTERS);
const qos = fc.constantFrom(0 as const, 1 as const);
const rights = fc.record({
  subscriptions: fc.uniqueArray(fc.record({ filter, qos }), {
    selector: row => row.filter,
    minLength: 1,
    maxLength: 4,
  }),
  publish: fc.array(fc.record({ filter, qos, retain: fc.boolean() }), { maxLength: 4 }),
});
const everybody: fc.Arbitrary<Drawing> = fc.tuple(...NAMES.map(() => fc.constantFrom(...TENANTS)));
const drawing: fc.Arbitrary<Drawing> = fc.tuple(...NAMES.map(() => fc.constantFrom(...TENANTS, undefined)));
const change = fc.oneof(fc.record({ drawing }), fc.record({ restart: fc.nat(NAMES.length - 1) }));
const words = fc.array(fc.record({ topic: fc.constantFrom(...TOPICS), qos, retain: fc.boolean() }), {
  minLength: BURST,
  maxLength: BURST,
});
const story = fc.record({
  rights,
  start: drawing,
  changes: fc.array(change, { maxLength: 4 }),
  last: everybody,
  words,
});

/** Read from the filter alone, and not as the line does it. */
function fits(pattern: string, topic: string, vm: string, tenant: string): boolean {
  const named = pattern.replace('{vm}', vm).replace('{tenant}', tenant);
  return new RegExp(`^${named.replace('/#', '(/.*)?').replace('+', '[^/]+')}$`).test(topic);
}

class World {
  readonly #root: string;
  readonly #one: LabLine;
  readonly #guests: readonly GuestSocket[];
  readonly #far: TestLink;
  readonly #rights: Rights;
  readonly #said = new Map<string, Said>();
  /** Every drawing there ever was; the last one counts, or is about to. */
  readonly #drawings: Drawing[] = [[]];
  /** The line has taken this drawing. */
  #taken = 0;
  /** How much of what each of them, and the other side, has heard was looked at. */
  readonly #seen = new Map<unknown, number>();

  constructor(root: string, one: LabLine, guests: readonly GuestSocket[], far: TestLink, given: Rights) {
    this.#root = root;
    this.#one = one;
    this.#guests = guests;
    this.#far = far;
    this.#rights = given;
  }

  async draw(next: Drawing): Promise<void> {
    this.lookAtAll();
    this.#drawings.push(next);
    const ports = NAMES.flatMap((name, index): readonly LinePort[] => {
      const tenant = next[index];
      return tenant === undefined ? [] : [portOf(name, tenant)];
    });
    await this.#one.line.change(ports);
    await until(() => this.#guests.every(({ plugged }, index) => next[index] !== undefined || !plugged));
    this.#taken = this.#drawings.length - 1;
  }

  async restart(index: number): Promise<void> {
    await this.#guests[index]?.off();
    await this.#guests[index]?.on();
  }

  /** Resolves when everybody who is wired is there, and so is the broker. */
  async plugged(): Promise<void> {
    await until(() => this.#one.line.figures().ends.every(({ plugged }) => plugged !== false));
    await Promise.all(this.#guests.map(guest => guest.plugIn()));
  }

  /** Everybody who is there, and the other side, says all of it at once. @returns what each message was */
  burst(words: readonly Word[]): readonly (readonly [text: string, said: Said])[] {
    const before = this.#said.size;
    for (const [index, guest] of this.#guests.entries())
      if (guest.plugged)
        guest.say(
          ...words.map(({ topic, ...more }) => {
            const text = this.#note(index, topic, more.retain);
            return { topic: `${this.#root}/${topic}`, payload: Buffer.from(text).toString('base64'), ...more };
          }),
        );
    for (const { topic, ...more } of words) {
      const payload = Buffer.from(this.#note(undefined, topic, more.retain));
      this.#far.link.publish({ topic: `${this.#root}/${topic}`, payload, ...more });
    }
    return [...this.#said].slice(before);
  }

  /** While nothing changes: what all of these came to. Ends with a message that the broker got after them. */
  async settle(burst: readonly (readonly [text: string, said: Said])[]): Promise<void> {
    const now = this.#taken;
    const [through, denied] = [true, false].map(may => burst.filter(([, said]) => this.#maySay(said, now) === may));
    await this.#until(() => includesAll(this.#far.texts(), through));
    await this.#until(() =>
      includesAll(
        this.#one.log.map(({ frame }) => textOf(JSON.parse(hexText(frame)))),
        denied,
      ),
    );
    await this.#far.send(`${this.#root}/${END}`, END);
    await until(() => this.#guests.every(({ heard }) => heard.some(each => textOf(each) === END)));
    for (const [index, { heard }] of this.#guests.entries()) {
      const texts = heard.map(textOf);
      const missed = through?.filter(([text, said]) => this.#mayHear(said, index, now) && !texts.includes(text));
      assert.deepEqual(missed, [], `${NAMES[index]} hears all that it may`);
    }
    this.lookAtAll();
  }

  /** Nobody has heard what the drawings of the time between did not let through. */
  lookAtAll(): void {
    for (const [index, guest] of this.#guests.entries())
      for (const heard of this.#fresh(guest, guest.heard)) this.#check(textOf(heard), index);
    for (const text of this.#fresh(this.#far, this.#far.texts())) this.#check(text, undefined);
  }

  /** Looks at all that is heard while it waits, so that what must not be heard is told rather than waited for. */
  #until(so: () => boolean): Promise<void> {
    return until(() => {
      this.lookAtAll();
      return so();
    });
  }

  #fresh<T>(whose: unknown, all: readonly T[]): readonly T[] {
    const from = this.#seen.get(whose) ?? 0;
    this.#seen.set(whose, all.length);
    return all.slice(from);
  }

  #check(text: string, by: number | undefined): void {
    if (text === END) return;
    const said = this.#said.get(text) ?? assert.fail(`nobody said ${text}`);
    const between = this.#drawings.map((_, at) => at).slice(said.first);
    const what = `${text} to ${said.topic}, heard by ${by === undefined ? 'the other side' : NAMES[by]}`;
    assert.ok(
      between.some(at => this.#maySay(said, at)),
      `it may not be said: ${what}`,
    );
    assert.ok(by === undefined || between.some(at => this.#mayHear(said, by, at)), `it may not be heard: ${what}`);
  }

  #note(by: number | undefined, topic: string, retain: boolean): string {
    const text = `message ${this.#said.size} of ${by === undefined ? 'the other side' : NAMES[by]}`;
    this.#said.set(text, { by, topic, retain, first: this.#taken });
    return text;
  }

  #maySay({ by, topic, retain }: Said, at: number): boolean {
    if (by === undefined) return true;
    const rows = this.#rights.publish.filter(row => row.retain || !retain);
    return rows.some(row => this.#fits(row.filter, topic, by, at));
  }

  #mayHear({ topic }: Said, by: number, at: number): boolean {
    return this.#rights.subscriptions.some(row => this.#fits(row.filter, topic, by, at));
  }

  #fits(pattern: string, topic: string, index: number, at: number): boolean {
    const tenant = this.#drawings[at]?.[index];
    return tenant !== undefined && fits(pattern, topic, NAMES[index] ?? '', tenant);
  }
}

const hexText = (hex: string) => Buffer.from(hex, 'hex').toString();
const textOf = ({ payload }: Readonly<Record<string, unknown>>) => Buffer.from(String(payload), 'base64').toString();

function includesAll(texts: readonly string[], wanted: readonly (readonly [text: string, said: Said])[] = []): boolean {
  const there = new Set(texts);
  return wanted.every(([text]) => there.has(text));
}

describe('tenants on a line of MQTT', () => {
  let broker: Broker;
  before(async () => {
    broker = await startBroker();
  });
  after(() => broker.close());

  it('hear and say what the line lets them, and nothing else, whatever is changed meanwhile', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(story, async ({ rights: given, start, changes, last, words: all }) => {
        runs += 1;
        const root = `run-${runs}`;
        const { link, close } = testLinks();
        const lab = new LineLab();
        try {
          const far = link({ port: broker.port, clientId: `far-${runs}`, subscriptions: [{ filter: `${root}/#` }] });
          await far.open();
          const below = <T extends { readonly filter: string }>(rows: readonly T[]) =>
            rows.map(row => ({ ...row, filter: `${root}/${row.filter}` }));
          const one = await lab.open(mqttLine, {
            ...{ host: '127.0.0.1', port: broker.port, tls: false, clientId: `line-${runs}`, againMs: 10 },
            subscriptions: below([...given.subscriptions, { filter: END, qos: 1 }]),
            publish: below(given.publish),
          });
          const guests = await Promise.all(NAMES.map(name => lab.guest(name)));
          const world = new World(root, one, guests, far, given);
          await world.draw(start);
          for (const each of changes) {
            world.burst(all);
            if ('drawing' in each) await world.draw(each.drawing);
            else await world.restart(each.restart);
          }
          await world.draw(last);
          await world.plugged();
          await world.settle(world.burst(all));
        } finally {
          await Promise.all([close(), lab.close()]);
        }
      }),
      { numRuns: 15, endOnFailure: true },
    );
  }).timeout(20_000);
});
