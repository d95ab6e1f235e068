// What is counted at the cards of VMs: plain JSON at every boundary. Counters only grow, and begin anew with what they count.
import { z } from 'zod';
import { type Address, addressOf } from './address.ts';

/** Cards of one gateway that are told of. */
export const MOST_TOLD_PORTS = 4_096;

/** One direction at a card. */
export interface CardFigures {
  /** In the direction `in` before the rules, in `out` after them. */
  readonly frames: number;
  /** Refused by rules of the network; absent where nobody counts them by card. */
  readonly denied?: number;
  /** Lost: for want of room, because nobody was there, or because it was no frame that its network carries. */
  readonly dropped: number;
}

/** From the VM's side: what it says (`in`, into the network), and what reaches it (`out`). */
export interface PortFigures {
  readonly port: Address<'port'>;
  readonly in: CardFigures;
  readonly out: CardFigures;
}

const Count = z.number().int().min(0);
const Card = z.strictObject({ frames: Count, denied: Count.optional(), dropped: Count });

export const PortFiguresShape = z.strictObject({ port: addressOf('port'), in: Card, out: Card });
