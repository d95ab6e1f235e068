// Sends bursts of frames as datagrams, by one call each. Frames of one length that follow each other go through the kernel as one,
// which cuts them only in the end; whoever receives them cannot tell.
import { constants } from 'node:os';
import type { Burst } from '../memory/burst.ts';
import { FrameMemory } from '../memory/frame-memory.ts';
import { BURST, SLOT } from '../memory/layout.ts';
import type { Libc } from './libc.ts';
import { MessageBlock } from './message-block.ts';

/** MSG_DONTWAIT and MSG_NOSIGNAL. */
const FLAGS = 0x40 | 0x4000;
/** Bytes that go through the kernel as one datagram; the least that every version of it takes. */
const MOST_GATHERED = 65_000;
const { EAGAIN, EBADF, EINVAL, EIO, EMSGSIZE, ENOBUFS, EOPNOTSUPP } = constants.errno;

export class BurstSender {
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #block: MessageBlock;
  /** How many frames each message has. */
  readonly #frames = new Int32Array(BURST);
  /** Frames up to this length go together, as far as is known of the way to the peer. 0: none do. */
  #longestGathered: number = SLOT.dataBytes;
  #memory: FrameMemory | undefined;
  #memoryAt = 0;

  /** @param descriptor  of a socket that is connected to its peer */
  constructor(libc: Libc, descriptor: number) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.#block = new MessageBlock(libc);
  }

  /** @returns how many went; for the others the kernel had no room, or no way */
  send(frames: Burst, memory: FrameMemory): number {
    if (memory !== this.#memory) {
      this.#memory = memory;
      this.#memoryAt = Number(this.#libc.addressOf(memory.bytes));
    }
    let sent = 0;
    for (let at = 0; at < frames.count; at += BURST) sent += this.#sendSome(frames, at);
    return sent;
  }

  /** At most a burst. */
  #sendSome(frames: Burst, from: number): number {
    const count = Math.min(BURST, frames.count - from);
    for (let index = 0; index < count; index += 1) {
      const [slot, length] = [frames.slot(from + index), frames.length(from + index)];
      this.#block.place(index, this.#memoryAt + FrameMemory.at(slot), length);
    }
    return this.#sendPlaced(count);
  }

  #sendPlaced(count: number): number {
    let messages = this.#gather(0, count);
    let [sent, frame, next] = [0, 0, 0];
    let isSecondTry = false;
    while (next < messages) {
      const address = this.#block.addresses[next] as bigint;
      const went = this.#libc.sendmmsg(this.#descriptor, address, messages - next, FLAGS);
      if (went > 0) {
        for (const end = next + went; next < end; next += 1) {
          sent += this.#frames[next] as number;
          frame += this.#frames[next] as number;
        }
        isSecondTry = false;
        continue;
      }
      const error = this.#libc.error();
      if (error === EAGAIN || error === ENOBUFS || error === EBADF) break;
      if ((this.#frames[next] as number) > 1 && this.#gatherLess(this.#block.bytesOf(frame), error)) {
        messages = this.#gather(frame, count);
        next = 0;
      } else if (isSecondTry) {
        frame += this.#frames[next] as number;
        next += 1;
        isSecondTry = false;
      }
      // UDP tells by an error that an earlier frame found nobody: the next one has had no try yet.
      else isSecondTry = true;
    }
    return sent;
  }

  /** Makes messages of the frames from one on. @returns how many */
  #gather(first: number, count: number): number {
    let messages = 0;
    for (let frame = first; frame < count; messages += 1) {
      const together = this.#runLength(frame, count);
      this.#block.compose(messages, frame, together);
      this.#frames[messages] = together;
      frame += together;
    }
    return messages;
  }

  /** How many frames from one on go together: as long as the first, and one that is shorter as the last. */
  #runLength(first: number, count: number): number {
    const length = this.#block.bytesOf(first);
    if (length === 0 || length > this.#longestGathered) return 1;
    let [total, frames] = [length, 1];
    while (first + frames < count) {
      const next = this.#block.bytesOf(first + frames);
      if (next === 0 || next > length || total + next > MOST_GATHERED) break;
      total += next;
      frames += 1;
      if (next < length) break;
    }
    return frames;
  }

  /** @returns whether the frames that failed together may go otherwise: the way is too narrow for them, or cannot sum up by itself */
  #gatherLess(length: number, error: number): boolean {
    if (error === EINVAL || error === EMSGSIZE) this.#longestGathered = length - 1;
    else if (error === EIO || error === EOPNOTSUPP) this.#longestGathered = 0;
    else return false;
    return true;
  }
}
