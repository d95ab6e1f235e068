// What the filter counted, in the form in which a policy reports it on every back end.

export interface Counter {
  readonly packets: number;
  readonly bytes: number;
}

/** A counter that is still counting. */
export class Tally implements Counter {
  packets = 0;
  bytes = 0;

  add(bytes: number): void {
    this.packets += 1;
    this.bytes += bytes;
  }

  read(): Counter {
    return { packets: this.packets, bytes: this.bytes };
  }
}

/** Why port security refuses a frame. */
export const SPOOFS = ['mac', 'arp', 'ip', 'other'] as const;
export type Spoof = (typeof SPOOFS)[number];

/** Of one segment; a policy of several segments puts them together. */
export interface Figures {
  /** By `<firewall>@<port>`: each rule by its id, and `default` for what no rule accepted. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, Counter>>>>;
  /** Frames refused by port security, by port and reason. */
  readonly spoofed: Readonly<Record<string, Readonly<Record<Spoof, Counter>>>>;
  /** Frames refused by attestation gates that were closed, by gate. */
  readonly gates: Readonly<Record<string, Counter>>;
  /** Leases asked for and given through the built-in rule, by policed port. */
  readonly dhcp: Readonly<Record<string, Counter>>;
  /** Over policed links: neither IPv4 nor ARP; of no known flow, or no room for one more. `host` stays 0: nobody is behind this switch. */
  readonly dropped: Readonly<Record<'notIp' | 'invalid' | 'host', Counter>>;
}

/** Tallies by name, kept when a policy changes: a rule that stays goes on counting where it was. */
export class Tallies {
  #known = new Map<string, Tally>();
  #used = new Map<string, Tally>();

  /** The tally of that name, with what it counted before. */
  of(name: string): Tally {
    const tally = this.#used.get(name) ?? this.#known.get(name) ?? new Tally();
    this.#used.set(name, tally);
    return tally;
  }

  /** Forgets the tallies nobody asked for since the last time. */
  settle(): void {
    this.#known = this.#used;
    this.#used = new Map();
  }
}
