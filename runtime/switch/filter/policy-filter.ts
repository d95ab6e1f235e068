// A policy on one segment of the switch: the same verdicts as the nftables back end gives for the same policy.
import type { Address } from '../../model/address.ts';
import type { PolicySpec } from '../../model/kinds/policy.ts';
import type { Guard } from '../fabric/guard.ts';
import { ETHER, type PacketView } from '../packet/view.ts';
import { ConnectionTracking, FLOW } from './connection-tracking.ts';
import { type Figures, Tallies } from './figures.ts';
import { Fragments } from './fragments.ts';
import { frameBytes } from './frame-bytes.ts';
import { type Doors, noDoors, PortGates } from './port-gates.ts';
import { PortRules } from './port-rules.ts';
import { PortSecurity } from './port-security.ts';
import type { RequestEar } from './request-ear.ts';

export interface FilterOptions {
  /** Milliseconds of a clock that never goes back and is above 0. */
  readonly now: () => number;
  /** Flows kept at most, a power of two. */
  readonly flows?: number;
  /** Of attestation gates that links wait for; without it all are closed. */
  readonly doors?: Doors;
}

const MOST_FLOWS = 32_768;
const MOST_FRAGMENTED = 1_024;

/**
 * Guards one segment, which is one zone of flows. Linux puts packets together before it tests them; a switch that keeps no
 * frame lets later fragments follow their first one. When the table of flows has no room, a new flow is refused
 * and counted as invalid; known flows go on.
 */
export class PolicyFilter implements Guard {
  readonly #segment: Address;
  readonly #now: () => number;
  readonly #doors: Doors;
  readonly #flows: ConnectionTracking;
  readonly #fragments: Fragments;
  readonly #tallies = new Tallies();
  #security: PortSecurity;
  #ports: ReadonlyMap<string, PortRules>;

  constructor(spec: PolicySpec, segment: Address, { now, flows = MOST_FLOWS, doors = noDoors }: FilterOptions) {
    this.#doors = doors;
    this.#segment = segment;
    this.#now = now;
    const seed = Math.floor(Math.random() * 0x7fff_ffff);
    this.#flows = new ConnectionTracking(flows, seed);
    this.#fragments = new Fragments(MOST_FRAGMENTED, seed);
    this.#security = this.#compileSecurity(spec);
    this.#ports = this.#compilePorts(spec);
    this.#tallies.settle();
  }

  /** Puts other rules in force. Flows stay known, and rules that stay go on counting where they were. */
  change(spec: PolicySpec): void {
    this.#security = this.#compileSecurity(spec);
    this.#ports = this.#compilePorts(spec);
    this.#notIp = this.#tallies.of('not-ip');
    this.#invalid = this.#tallies.of('invalid');
    this.#tallies.settle();
    this.#fragments.forget();
  }

  #notIp = this.#tallies.of('not-ip');
  #invalid = this.#tallies.of('invalid');
  #ears: readonly RequestEar[] | undefined;

  /** Those who hear what is asked over policed links; `undefined` = nobody, which costs nothing. They decide nothing. */
  set ears(ears: readonly RequestEar[] | undefined) {
    this.#ears = ears;
  }

  admits(from: string, view: PacketView): boolean {
    return this.#security.admits(from, view);
  }

  passes(from: string, to: string, view: PacketView): boolean {
    const sender = this.#ports.get(from);
    const receiver = this.#ports.get(to);
    const policed = sender !== undefined || receiver !== undefined;
    const now = this.#now();
    if (sender?.gates.refuses(view, now) || receiver?.gates.refuses(view, now)) return false;
    if (view.etherType !== ETHER.ipv4) return !policed || view.etherType === ETHER.arp || this.#refuse(view);
    if (!view.isIpv4) return false;
    if (view.fragmentOffset > 0)
      return !policed || this.#fragments.passes(from, to, view, now) || this.#refuseFlow(view);
    const passes = this.#decide(sender, receiver, view, now);
    if (policed && view.moreFragments) this.#fragments.note(from, to, view, passes, now);
    return passes;
  }

  /** What was counted on this segment. */
  counters(): Figures {
    return {
      counters: Object.fromEntries([...this.#ports.values()].flatMap(port => port.read())),
      spoofed: this.#security.read(),
      gates: Object.fromEntries([...this.#ports.values()].flatMap(({ gates }) => gates.read())),
      dhcp: Object.fromEntries([...this.#ports].map(([port, { dhcp }]) => [port, dhcp.read()])),
      dropped: { notIp: this.#notIp.read(), invalid: this.#invalid.read(), host: { packets: 0, bytes: 0 } },
    };
  }

  #decide(sender: PortRules | undefined, receiver: PortRules | undefined, view: PacketView, now: number): boolean {
    const policed = sender !== undefined || receiver !== undefined;
    const flow = this.#flows.look(view, now);
    const accepted = !policed || this.#accepts(flow, sender, receiver, view);
    if (flow === FLOW.request && this.#ears !== undefined) this.#tell(this.#ears, sender, receiver, view, accepted);
    if (!accepted) return false;
    return flow === FLOW.invalid || this.#flows.confirm(now) || !policed || this.#refuseFlow(view);
  }

  #tell(
    ears: readonly RequestEar[],
    sender: PortRules | undefined,
    receiver: PortRules | undefined,
    view: PacketView,
    accepted: boolean,
  ): void {
    for (const ear of ears) {
      if (sender !== undefined) ear.hear(sender, 'from', view, accepted, this.#flows.begins);
      if (receiver !== undefined) ear.hear(receiver, 'to', view, accepted, this.#flows.begins);
    }
  }

  #accepts(flow: number, sender: PortRules | undefined, receiver: PortRules | undefined, view: PacketView): boolean {
    if (flow === FLOW.invalid) return this.#refuseFlow(view);
    // For example "fragmentation needed" [RFC 1191].
    if (flow === FLOW.related) return true;
    const reply = flow === FLOW.reply;
    if (sender !== undefined && !sender.accepts('from', reply, view)) return false;
    return receiver === undefined || receiver.accepts('to', reply, view);
  }

  #refuse(view: PacketView): false {
    this.#notIp.add(frameBytes(view));
    return false;
  }

  #refuseFlow(view: PacketView): false {
    this.#invalid.add(view.end - (view.bytes.length - frameBytes(view)));
    return false;
  }

  #compileSecurity(spec: PolicySpec): PortSecurity {
    return new PortSecurity(
      spec.bindings.filter(binding => binding.segment === this.#segment),
      this.#tallies,
    );
  }

  #compilePorts(spec: PolicySpec): ReadonlyMap<string, PortRules> {
    const links = spec.links.filter(link => link.segment === this.#segment);
    const ports = [...new Set(links.map(link => link.port))];
    const of = (port: string) => links.filter(link => link.port === port);
    const gates = (port: string) => new PortGates(of(port), this.#doors, this.#tallies);
    return new Map(ports.map(port => [port, new PortRules(port, of(port), gates(port), this.#tallies)]));
  }
}
