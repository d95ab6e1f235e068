// One line that is open in this process, whatever it speaks. Made equal to what is drawn, step by step.
import type { Address } from '../../model/address.ts';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import type { LinePort, LineSpec } from '../../model/kinds/line.ts';
import type { LineFigures, LineLogEntry } from '../../model/line-figures.ts';
import { PROTOCOLS, WORDS } from '../../protocols/catalog.ts';
import type { FieldLine, FieldProtocol, LineWorld } from '../../protocols/field-line.ts';
import type { Held, LivePort } from '../../protocols/held-port.ts';
import { settingsFor } from '../../protocols/line-settings.ts';
import { FIELD_PROTOCOLS } from '../../protocols/lines.ts';
import { refuseMessage } from '../../protocols/message-right.ts';
import type { ProtocolWords } from '../../protocols/words.ts';
import { Ears, type Listener } from './ears.ts';
import { LineLog } from './line-log.ts';

/** What a line needs beside what it makes itself. */
export interface Surroundings extends Pick<LineWorld, 'now' | 'secrets' | 'socketOf'> {
  /** Ports as they are now, with what gates hold up. */
  readonly gated: (ports: readonly LinePort[], words: ProtocolWords | undefined) => readonly LivePort[];
}

const GONE: LineFigures = { state: 'closed', why: 'it could not be opened', ends: [] };

export class LiveLine {
  readonly #surroundings: Surroundings;
  readonly #log = new LineLog();
  readonly #ears = new Ears();
  #spec: Partial<LineSpec> = {};
  #field: FieldLine | undefined;
  #gone = GONE;
  #passing: ReadonlySet<Address<'gate'>> = new Set();
  #held: ReadonlyMap<string, Held> = new Map();
  /** One change at a time: what gates hold up is never made of what was drawn before. */
  #turn: Promise<unknown> = Promise.resolve();

  /** It is not open before {@link change}. */
  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** What it is now; half of what is drawn when a change failed. */
  get spec(): Partial<LineSpec> {
    return this.#spec;
  }

  /**
   * Makes it equal to the spec. Ports that stay notice nothing, unless the protocol or its settings change: then the line is
   * closed and opened anew.
   * @throws GatewrightError GW_LINE_RULE, GW_LINE_RULES_NONE, GW_FIELD_INVALID, GW_KIND_UNSUPPORTED; nothing has changed then
   */
  change(spec: LineSpec): Promise<void> {
    return this.#inTurn(() => this.#change(spec));
  }

  async #change(spec: LineSpec): Promise<void> {
    const protocol = await checked(spec);
    const field = this.#field !== undefined && wayOf(spec) === wayOf(this.#spec) ? this.#field : undefined;
    const open = field ?? (await this.#reopen(protocol, spec));
    await this.#setPorts(open, spec);
    this.#spec = spec;
  }

  /** Gates that some VM is let pass for, as far as is known; when one of them closes, {@link regate} is due. */
  get passing(): Iterable<Address<'gate'>> {
    return this.#passing;
  }

  /**
   * The gates that are open changed, or some may have closed by now: what waits for them is let pass or held up. Where that cannot be
   * done the line is opened anew, or closed. Never rejects.
   */
  regate(): Promise<void> {
    return this.#inTurn(async () => {
      const field = this.#field;
      const spec = this.#spec as LineSpec;
      const waits = this.#passing.size > 0 || spec.ports?.some(({ gates }) => gates !== undefined);
      if (field === undefined || !waits) return;
      try {
        await this.#setPorts(field, spec);
      } catch {
        await this.#shut();
        await this.#change(spec).catch((error: unknown) => this.#giveUp(error));
      }
    });
  }

  /** Lets a VM go, when it is on this line. */
  release(vm: Address<'vm'>): Promise<void> {
    return this.#inTurn(() => this.#release(vm));
  }

  async #release(vm: Address<'vm'>): Promise<void> {
    const { ports = [] } = this.#spec;
    const others = ports.filter(drawn => drawn.vm !== vm);
    if (others.length === ports.length) return;
    this.#spec = { ...this.#spec, ports: others };
    if (this.#field !== undefined) await this.#setPorts(this.#field, this.#spec as LineSpec);
  }

  async #setPorts(field: FieldLine, { protocol, ports }: LineSpec): Promise<void> {
    const live = this.#surroundings.gated(ports, WORDS[protocol]);
    const passing = live.flatMap(({ gates = [], held }) =>
      gates.map(({ by }) => by).filter(gate => !held?.by.includes(gate)),
    );
    // Until it is done both may be true.
    this.#passing = new Set([...this.#passing, ...passing]);
    await field.change(live);
    this.#passing = new Set(passing);
    this.#held = new Map(live.flatMap(({ vm, held }) => (held === undefined ? [] : [[vm, held]])));
  }

  async #giveUp(error: unknown): Promise<void> {
    await this.#shut();
    this.#gone = { ...GONE, why: `it could not hold up who waits for a gate: ${messageOf(error)}` };
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {}); // told to whoever asked for it
    return done;
  }

  /** Asks for a message of the flow. @throws GatewrightError GW_LINE_MESSAGES, and what the protocol says */
  async ask(request: Uint8Array): Promise<Uint8Array> {
    const { messages = 'none' } = this.#spec;
    if (messages !== 'none' && this.#field !== undefined) return this.#field.ask(request, messages);
    refuseMessage(messages, 'read');
    throw new GatewrightError('GW_LINE_PROCESS', 'the bus could not be opened; look at its status');
  }

  /** @returns how to stop */
  listen(listener: Listener): () => void {
    this.#ears.add(listener);
    return () => this.#ears.remove(listener);
  }

  figures(): LineFigures {
    const figures = this.#field?.figures();
    if (figures === undefined) return this.#gone;
    if (this.#held.size === 0) return figures;
    const ends = figures.ends.map(end => {
      const held = this.#held.get(end.end);
      return held === undefined ? end : { ...end, heldBy: held.by };
    });
    return { ...figures, ends };
  }

  log(): readonly LineLogEntry[] {
    return this.#log.entries();
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#shut();
      this.#ears.close();
    });
  }

  /** What it had is free before it is opened again. */
  async #reopen(protocol: FieldProtocol, spec: LineSpec): Promise<FieldLine> {
    await this.#shut();
    const world = { ...this.#surroundings, ears: this.#ears, log: (entry: LineLogEntry) => this.#log.add(entry) };
    const field = await protocol.open(spec.settings, world);
    this.#field = field;
    this.#spec = { ...spec, ports: [] };
    return field;
  }

  async #shut(): Promise<void> {
    const field = this.#field;
    this.#field = undefined;
    this.#spec = {};
    this.#gone = GONE;
    this.#held = new Map();
    this.#passing = new Set();
    await field?.close();
  }
}

/** Everything that a line is opened with. */
function wayOf({ protocol, settings }: Partial<LineSpec>): string {
  return JSON.stringify([protocol, settings]);
}

/** Its protocol, when all that can be wrong with the spec is not. */
async function checked({ protocol: name, settings, ports }: LineSpec): Promise<FieldProtocol> {
  const declaration = PROTOCOLS.find(one => one.name === name);
  const load = Object.hasOwn(FIELD_PROTOCOLS, name) ? FIELD_PROTOCOLS[name] : undefined;
  if (declaration === undefined || load === undefined)
    throw new GatewrightError('GW_KIND_UNSUPPORTED', `this version has no lines of ${name}; draw another protocol`);
  settingsFor(declaration, settings);
  for (const { firewall, rules } of ports.flatMap(({ guards }) => guards)) {
    const guard = WORDS[name]?.guard;
    if (guard === undefined)
      throw new GatewrightError(
        'GW_LINE_RULES_NONE',
        `${declaration.title} has no rules; take ${firewall} out of the wire`,
      );
    guard(firewall, rules);
  }
  return load();
}
