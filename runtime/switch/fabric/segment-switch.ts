// A learning switch of layer 2 for one segment: what arrives at one port goes out where its receiver was heard last, and
// everywhere else when nobody was. Never back out of the port it came from.
import { isGroup } from '../packet/mac.ts';
import { ETHER, ETHERNET_BYTES, PacketView } from '../packet/view.ts';
import { type DropReason, type FrameCounters, newCounters } from './counters.ts';
import type { Guard } from './guard.ts';
import { StationTable } from './station-table.ts';
import { TAG_BYTES, vlanOf, writeTagged, writeUntagged } from './vlan-tag.ts';

/** How often a switch may be entered again while it sends: a reply to a reply is fine, a loop of cables is not. */
const MOST_NESTED = 8;
/** How often in all while one frame is forwarded: with several loops each level of nesting multiplies what the last one sent. */
const MOST_REENTERED = 256;
const MOST_STATIONS = 4096;
/** 01:80:c2:00:00:00, the first of the sixteen addresses that no bridge forwards. */
const LINK_LOCAL = 0x0180_c200_0000;
const LARGEST_FRAME = 9216 + ETHERNET_BYTES + TAG_BYTES;

export interface SwitchOptions {
  /** Time in ms. */
  readonly now: () => number;
  /** Largest IP packet carried, in bytes. */
  readonly mtu: number;
  /** Absent: every frame may go everywhere within the segment. */
  readonly guard?: Guard;
  /** Most stations learned; default 4096. */
  readonly stations?: number;
}

export interface SwitchPort {
  readonly name: string;
  readonly counters: Readonly<FrameCounters>;
  /** Takes in a frame; it is forwarded before this returns. @param frame  without check sequence; not kept */
  receive(frame: Uint8Array): void;
  /** Stations heard behind this port, as numbers. */
  stations(): readonly number[];
  /** Takes the port out; what was learned behind it is forgotten. */
  detach(): void;
}

/** What one level of nesting works with, so that a frame sent within sending another leaves the first alone. */
interface Level {
  readonly view: PacketView;
  readonly untagged: Uint8Array;
  readonly tagged: Uint8Array;
}

interface Port {
  readonly name: string;
  readonly send: (frame: Uint8Array) => void;
  /** Frames of this port carry this VLAN id; 0 = no tag. */
  readonly vlan: number;
  readonly counters: FrameCounters;
  attached: boolean;
}

/** One segment. Allocates nothing per frame, except for a view of a frame whose tag it changes. */
export class SegmentSwitch {
  readonly #now: () => number;
  readonly #stations: StationTable<Port>;
  readonly #levels: Level[] = [];
  readonly #counters = newCounters();
  /** Replaced, never changed: a frame on its way goes on over the ports that were there. */
  #ports: readonly Port[] = [];
  #depth = 0;
  #reentered = 0;
  #guard: Guard | undefined;
  #mtu: number;

  constructor({ now, mtu, guard, stations = MOST_STATIONS }: SwitchOptions) {
    this.#now = now;
    this.#mtu = mtu;
    this.#guard = guard;
    this.#stations = new StationTable(stations);
  }

  get mtu(): number {
    return this.#mtu;
  }

  set mtu(mtu: number) {
    this.#mtu = mtu;
  }

  /** Replaces who decides; `undefined` lets everything pass. What was learned is kept. */
  set guard(guard: Guard | undefined) {
    this.#guard = guard;
  }

  /** Of all ports there are and were. */
  get counters(): Readonly<FrameCounters> {
    return this.#counters;
  }

  /** Names of the attached ports, in the order they came. */
  get ports(): readonly string[] {
    return this.#ports.map(port => port.name);
  }

  /**
   * Adds a port.
   * @param name  the address of a resource, or `tunnel`
   * @param send  takes frames that leave by this port; may read one only until it returns
   * @param vlan  frames of this port carry this VLAN id; absent = untagged
   * @throws Error when a port of that name is attached
   */
  attach(name: string, send: (frame: Uint8Array) => void, vlan?: number): SwitchPort {
    if (this.#ports.some(port => port.name === name)) throw new Error(`${name} is attached already`);
    const port: Port = { name, send, vlan: vlan ?? 0, counters: newCounters(), attached: true };
    this.#ports = [...this.#ports, port];
    return {
      name,
      counters: port.counters,
      receive: frame => this.#receive(port, frame),
      stations: () => this.#stations.behind(port, this.#now()),
      detach: () => {
        port.attached = false;
        this.#ports = this.#ports.filter(each => each !== port);
        this.#stations.forget(port);
      },
    };
  }

  #receive(from: Port, frame: Uint8Array): void {
    from.counters.received += 1;
    this.#counters.received += 1;
    const reason = this.#enter(from, frame);
    countFate(from.counters, reason);
    countFate(this.#counters, reason);
  }

  /** @returns why the frame went nowhere, `undefined` when it was forwarded */
  #enter(from: Port, frame: Uint8Array): DropReason | undefined {
    if (!from.attached) return 'detached';
    this.#reentered = this.#depth === 0 ? 0 : this.#reentered + 1;
    if (this.#depth >= MOST_NESTED || this.#reentered > MOST_REENTERED) return 'loop';
    const level = this.#level();
    this.#depth += 1;
    try {
      return this.#strip(from, frame, level);
    } finally {
      this.#depth -= 1;
    }
  }

  /** Takes the tag off where the port has one. */
  #strip(from: Port, frame: Uint8Array, level: Level): DropReason | undefined {
    if (frame.length < ETHERNET_BYTES) return 'runt';
    const tag = from.vlan === 0 ? 0 : TAG_BYTES;
    if (frame.length > this.#mtu + ETHERNET_BYTES + tag) return 'oversize';
    if (tag === 0) return this.#check(from, frame, level);
    if (vlanOf(frame) !== from.vlan) return 'tag';
    return this.#check(from, level.untagged.subarray(0, writeUntagged(frame, level.untagged)), level);
  }

  #check(from: Port, frame: Uint8Array, level: Level): DropReason | undefined {
    const { view } = level;
    view.read(frame);
    if (this.#isTagged(view)) return 'tag';
    if (view.sourceMac === 0 || isGroup(view.sourceMac)) return 'source';
    if (view.targetMac >= LINK_LOCAL && view.targetMac <= LINK_LOCAL + 15) return 'link-local';
    if (this.#guard?.admits(from.name, view) === false) return 'refused';
    const now = this.#now();
    this.#stations.learn(view.sourceMac, from, now);
    const target = isGroup(view.targetMac) ? undefined : this.#stations.find(view.targetMac, now);
    return this.#forward(from, target, level);
  }

  /** A segment with a VLAN id is one VLAN: a tag inside would be another. */
  #isTagged({ etherType }: PacketView): boolean {
    if (etherType !== ETHER.vlan && etherType !== ETHER.serviceVlan) return false;
    return this.#ports.some(port => port.vlan !== 0);
  }

  #forward(from: Port, target: Port | undefined, level: Level): DropReason | undefined {
    const frame = level.view.bytes;
    let [asked, given] = [0, 0];
    // Walks the list for one known receiver as for many: segments have few ports.
    for (const to of this.#ports) {
      if (to === from || !to.attached || (target !== undefined && to !== target)) continue;
      asked += 1;
      if (this.#guard?.passes(from.name, to.name, level.view) === false) continue;
      given += 1;
      this.#send(to, frame, level);
    }
    if (given === 0) return asked > 0 ? 'filtered' : 'nobody';
    from.counters.copies += given - 1;
    this.#counters.copies += given - 1;
    return undefined;
  }

  #send(to: Port, frame: Uint8Array, level: Level): void {
    to.counters.sent += 1;
    this.#counters.sent += 1;
    if (to.vlan === 0) to.send(frame);
    else to.send(level.tagged.subarray(0, writeTagged(frame, to.vlan, level.tagged)));
  }

  #level(): Level {
    const found = this.#levels[this.#depth];
    if (found !== undefined) return found;
    const buffer = () => new Uint8Array(LARGEST_FRAME);
    const made = { view: new PacketView(), untagged: buffer(), tagged: buffer() };
    this.#levels[this.#depth] = made;
    return made;
  }
}

/** @param reason  `undefined` for a frame that was forwarded */
function countFate(counters: FrameCounters, reason: DropReason | undefined): void {
  if (reason === undefined) counters.forwarded += 1;
  else counters.drops[reason] += 1;
}
