// The firewalls of one guarded link: each request is shown to all of them in turn, and the first that does not accept decides.
import type { ProxySpec } from '../../../model/kinds/proxy.ts';
import type { RuleFigures } from '../../../model/line-figures.ts';
import { MBAP_BYTES } from '../adu/frames.ts';
import { Guard, type Refusal } from '../field/guard.ts';
import type { Asked } from '../rules.ts';
import { askedPrograms } from '../words.ts';

/** What the last requests were that a rule wants to be heard of. */
export interface ProxyLogEntry {
  /** Unix time in ms. */
  readonly atMs: number;
  readonly client: string;
  readonly device: string;
  /** Whose request it was, as seen from the VMs' side. */
  readonly asked: Asked;
  readonly firewall: string;
  /** `otherwise`: it fitted none. */
  readonly rule: string;
  readonly passed: boolean;
  /** Unit and PDU in hex. */
  readonly frame: string;
}

/** What a proxy judges by. */
export type ProxyRules = Pick<ProxySpec, 'guards' | 'vms'>;

/** Who speaks with whom: for the log with the port, and the bare IPv4 addresses. */
export interface Ends extends Pick<ProxyLogEntry, 'client' | 'device'> {
  readonly clientAddress: string;
  readonly deviceAddress: string;
}

/** Kept; older ones go. */
const MOST_ENTRIES = 50;
const UNIT_AT = MBAP_BYTES - 1;

export class Judge {
  readonly #now: () => number;
  readonly #log: ProxyLogEntry[] = [];
  #guards: readonly Guard[] = [];
  #vms: ReadonlySet<string> = new Set();

  /** @param now  Unix time in ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Takes other rules between two requests. A firewall that stays keeps the counters of the rules that stay.
   * @throws GatewrightError GW_LINE_RULE; the old rules go on then
   */
  change({ guards, vms = [] }: ProxyRules): void {
    this.#guards = readied(guards).map(({ firewall, programs }) => {
      const kept = this.#guards.find(one => one.firewall === firewall);
      kept?.change(programs);
      return kept ?? new Guard(firewall, programs);
    });
    this.#vms = new Set(vms);
  }

  /** @param frame  MBAP and PDU. @returns why it must not pass; `undefined` = all accept it */
  refusal(frame: Uint8Array, ends: Ends): Refusal {
    // WHY: without rules there is nothing that lets it pass; they come with the first order.
    if (this.#guards.length === 0) return 'silence';
    const now = this.#now();
    const { client, device } = ends;
    const asked = this.#asked(ends);
    for (const guard of this.#guards) {
      let logged: string | undefined;
      const hear = (rule: string) => {
        logged = rule;
      };
      const refusal = guard.refusal(frame, now, hear, asked);
      if (logged !== undefined)
        this.#note(
          { atMs: now, client, device, asked, firewall: guard.firewall, rule: logged, passed: refusal === undefined },
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

  /** One of the two is a VM of this side, and the other is not; whatever else it is, nobody knows who asks. */
  #asked({ clientAddress, deviceAddress }: Ends): Asked {
    const [fromVm, toVm] = [this.#vms.has(clientAddress), this.#vms.has(deviceAddress)];
    if (fromVm === toVm) return 'unknown';
    return fromVm ? 'from-vm' : 'to-vm';
  }

  #note(entry: Omit<ProxyLogEntry, 'frame'>, frame: Uint8Array): void {
    this.#log.push({ ...entry, frame: Buffer.from(frame.subarray(UNIT_AT)).toString('hex') });
    if (this.#log.length > MOST_ENTRIES) this.#log.shift();
  }
}

/** @throws GatewrightError GW_LINE_RULE when a rule is none */
export function checkGuards(guards: ProxyRules['guards']): void {
  readied(guards);
}

function readied(guards: ProxyRules['guards']) {
  return guards.map(({ firewall, rules }) => ({ firewall, programs: askedPrograms(firewall, rules) }));
}
