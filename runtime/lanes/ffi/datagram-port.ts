// A port of datagrams without the addon: Node tells that something has come and hands over the first; what waits behind it is
// taken by one call, straight into the slots of the entrance, and a burst leaves by one call out of those of the lane.
import { once } from 'node:events';
import { EVERYTHING, frameTime, type PortContext, type PortDriver } from '../engine/port.ts';
import type { Burst } from '../memory/burst.ts';
import { FrameMemory } from '../memory/frame-memory.ts';
import { BURST, SLOT } from '../memory/layout.ts';
import type { RingProducer } from '../memory/ring-producer.ts';
import { BurstSender } from './burst-sender.ts';
import type { OpenSocket } from './datagram-socket.ts';
import { KernelDrops } from './kernel-drops.ts';
import type { Libc } from './libc.ts';
import { MessageBlock } from './message-block.ts';

const MSG_DONTWAIT = 0x40;
/** What Node reads one by one before a lane has its turn. The entrance keeps room for it, or it would be dropped. */
const ONE_BY_ONE = 32;
/** Bursts that are taken behind one datagram: a lane must have its turn, however fast they come. */
const MOST_BURSTS = 4;
/** So many datagrams wait before the kernel drops any. */
const MUCH = BURST / 2;

/** @param opened  closed with the driver @param isConnected  to a peer; else it sends to nobody */
export function datagramPort(libc: Libc, opened: OpenSocket, isConnected: boolean, context: PortContext): PortDriver {
  return new DatagramDriver(libc, opened, isConnected, context);
}

class DatagramDriver implements PortDriver {
  readonly waits = 'events';
  readonly #libc: Libc;
  readonly #opened: OpenSocket;
  readonly #sender: BurstSender | undefined;
  readonly #incoming: MessageBlock;
  readonly #entrance: RingProducer | undefined;
  readonly #drops: KernelDrops;
  readonly #slots = new Int32Array(BURST);
  readonly #memoryAt: number;
  #muchWaits = false;
  #isOpen = true;

  constructor(libc: Libc, opened: OpenSocket, isConnected: boolean, { entrance }: PortContext) {
    this.#libc = libc;
    this.#opened = opened;
    this.#sender = isConnected ? new BurstSender(libc, opened.descriptor) : undefined;
    this.#incoming = new MessageBlock(libc);
    this.#entrance = entrance;
    this.#drops = new KernelDrops(libc, opened.descriptor);
    this.#memoryAt = entrance === undefined ? 0 : Number(libc.addressOf(entrance.ring.memory.bytes));
    // A peer that is not there yet is told about by errors; datagrams are lost then, as always.
    opened.socket.on('error', () => {});
    if (entrance !== undefined) opened.socket.on('message', first => this.#received(entrance, first));
  }

  room(): number {
    return EVERYTHING;
  }

  /** WHY asked whether it is open: the number of a closed socket may be another's. */
  send(frames: Burst, memory: FrameMemory): number {
    return this.#isOpen && this.#sender !== undefined ? this.#sender.send(frames, memory) : 0;
  }

  /** What comes is brought in when Node tells of it; here is only counted what did not. */
  poll(): boolean {
    if (!this.#muchWaits || !this.#isOpen) return false;
    this.#muchWaits = false;
    const dropped = this.#drops.take();
    if (dropped > 0) this.#entrance?.drop(dropped);
    return false;
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const closed = once(this.#opened.socket, 'close');
    this.#opened.socket.close();
    await closed;
  }

  #received(entrance: RingProducer, first: Uint8Array): void {
    if (!this.#isOpen) return;
    const time = frameTime();
    entrance.write(first, time);
    let count = BURST;
    for (let burst = 0; burst < MOST_BURSTS && count === BURST; burst += 1) {
      count = entrance.room() < BURST + ONE_BY_ONE ? MUCH : this.#receiveBurst(entrance, time);
      if (count >= MUCH) this.#muchWaits = true;
    }
    entrance.publish();
  }

  /** @returns how many came */
  #receiveBurst(entrance: RingProducer, time: number): number {
    const room = entrance.reserveBurst(this.#slots, BURST);
    for (let index = 0; index < room; index += 1) {
      const address = this.#memoryAt + FrameMemory.at(this.#slots[index] as number);
      this.#incoming.place(index, address, SLOT.dataBytes);
    }
    const [begin] = this.#incoming.addresses as readonly [bigint];
    const count = this.#libc.recvmmsg(this.#opened.descriptor, begin, room, MSG_DONTWAIT, null);
    if (count > 0) this.#bringIn(entrance, count, time);
    return count;
  }

  /** The next free slot may lie before the one of a frame: those that are too long leave theirs free. */
  #bringIn(entrance: RingProducer, count: number, time: number): void {
    const { bytes } = entrance.ring.memory;
    let kept = 0;
    for (let index = 0; index < count; index += 1) {
      const length = this.#incoming.arrived(index);
      if (length < 0) {
        entrance.drop();
        continue;
      }
      const [from, to] = [FrameMemory.at(this.#slots[index] as number), FrameMemory.at(this.#slots[kept] as number)];
      if (from !== to) bytes.copyWithin(to, from, from + length);
      entrance.commit(length, time);
      kept += 1;
    }
  }
}
