// The firewalls of one guarded link: each request is shown to all of them in turn, and the first that does not accept decides.
import type { FilterProgram } from '../../../lanes/filter/ir.ts';
import type { LineGuard } from '../../../model/kinds/line.ts';
import type { RuleFigures } from '../../../model/line-figures.ts';
import { MBAP_BYTES } from '../adu/frames.ts';
import { Guard, type Refusal } from '../field/guard.ts';
import { modbusWords } from '../words.ts';

/** What the last requests were that a rule wants to be heard of. */
export interface ProxyLogEntry {
  /** Unix time in ms. */
  readonly atMs: number;
  readonly client: string;
  readonly device: string;
  readonly firewall: string;
  /** `otherwise`: it fitted none. */
  readonly rule: string;
  readonly passed: boolean;
  /** Unit and PDU in hex. */
  readonly frame: string;
}

/** Who speaks with whom, for the log. */
export type Ends = Pick<ProxyLogEntry, 'client' | 'device'>;

/** Kept; older ones go. */
const MOST_ENTRIES = 50;
const UNIT_AT = MBAP_BYTES - 1;

export class Judge {
  readonly #now: () => number;
  readonly #log: ProxyLogEntry[] = [];
  #guards: readonly Guard[] = [];

  /** @param now  Unix time in ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Takes other rules between two requests. A firewall that stays keeps the counters of the rules that stay.
   * @throws GatewrightError GW_LINE_RULE; the old rules go on then
   */
  change(guards: readonly LineGuard[]): void {
    this.#guards = readied(guards).map(({ firewall, program }) => {
      const kept = this.#guards.find(one => one.firewall === firewall);
      kept?.change(program);
      return kept ?? new Guard(firewall, program);
    });
  }

  /** @param frame  MBAP and PDU. @returns why it must not pass; `undefined` = all accept it */
  refusal(frame: Uint8Array, ends: Ends): Refusal {
    // WHY: without rules there is nothing that lets it pass; they come with the first order.
    if (this.#guards.length === 0) return 'silence';
    const now = this.#now();
    for (const guard of this.#guards) {
      let logged: string | undefined;
      const refusal = guard.refusal(frame, now, rule => {
        logged = rule;
      });
      if (logged !== undefined)
        this.#note(
          { atMs: now, ...ends, firewall: guard.firewall, rule: logged, passed: refusal === undefined },
          frame,
        );
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  figures(): readonly { readonly firewall: string; readonly rules: readonly RuleFigures[] }[] {
    return this.#guards.map(guard => ({ firewall: guard.firewall, rules: guard.figures() }));
  }

  /** The latest first. */
  log(): readonly ProxyLogEntry[] {
    return this.#log.toReversed();
  }

  #note(entry: Omit<ProxyLogEntry, 'frame'>, frame: Uint8Array): void {
    this.#log.push({ ...entry, frame: Buffer.from(frame.subarray(UNIT_AT)).toString('hex') });
    if (this.#log.length > MOST_ENTRIES) this.#log.shift();
  }
}

/** @throws GatewrightError GW_LINE_RULE when a rule is none */
export function checkGuards(guards: readonly LineGuard[]): void {
  readied(guards);
}

function readied(guards: readonly LineGuard[]) {
  return guards.map(({ firewall, rules }) => ({ firewall, program: programOf(firewall, rules) }));
}

function programOf(firewall: string, rules: LineGuard['rules']): FilterProgram {
  const programs = modbusWords.guard?.(firewall, rules);
  if (programs === undefined) throw new Error('Modbus has rules');
  return programs.fromVm;
}
