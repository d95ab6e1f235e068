// Virtual cables inside this process, for back ends without a kernel: what one end sends, the other receives. The counterpart of
// a tap device. Knows nothing of who is at its ends.

/** `station`: a guest's card. `switch`: the port of a switch. */
export type CableSide = 'station' | 'switch';

export interface CableEnd {
  /**
   * Hands a frame to the other end at once.
   * @param frame  an Ethernet frame without its check sequence; the receiver may read it only until it returns
   * @returns false when nobody is there; the frame is lost, as on an unplugged cable
   */
  send(frame: Uint8Array): boolean;
  /** Pulls this end out. */
  unplug(): void;
}

export interface Cables {
  /**
   * Takes an end of a cable, which is there as soon as anybody takes an end of it.
   * @param name     the same at both ends; the address of the port the cable belongs to
   * @param receive  called for each frame of the other end; what it throws is thrown at the sender
   * @throws Error when the end is taken already
   */
  plug(name: string, side: CableSide, receive: (frame: Uint8Array) => void): CableEnd;
}

/** A set of cables. Two hosts over one set share its cables, as two drivers of one box do. */
export function createCables(): Cables {
  const ends = new Map<string, (frame: Uint8Array) => void>();
  const key = (name: string, side: CableSide) => `${side} ${name}`;
  return {
    plug(name, side, receive) {
      const [own, far] = [key(name, side), key(name, OPPOSITE[side])];
      if (ends.has(own)) throw new Error(`the ${side} end of ${name} is plugged already`);
      ends.set(own, receive);
      return {
        send(frame) {
          const deliver = ends.get(far);
          deliver?.(frame);
          return deliver !== undefined;
        },
        unplug() {
          if (ends.get(own) === receive) ends.delete(own);
        },
      };
    },
  };
}

const OPPOSITE = { station: 'switch', switch: 'station' } as const;
