// Where frames of a lane leave to the thread that set the lane up, for devices that only its event loop can serve.
import { Burst } from '../memory/burst.ts';
import { Doorbell } from '../memory/doorbell.ts';
import { createFrameMemory } from '../memory/frame-memory.ts';
import { createRing, type LaneRing } from '../memory/lane-ring.ts';
import { BURST } from '../memory/layout.ts';
import { RingConsumer } from '../memory/ring-consumer.ts';
import type { RingPortOptions } from './ring-port.ts';
import type { PortSetup } from './setup.ts';

const LONGEST_SLEEP_MS = 1000;
const MODULE = new URL('./ring-port.ts', import.meta.url).href;

export class RingOutlet {
  readonly #bell = new Doorbell();
  readonly #ring: LaneRing;
  readonly #consumer: RingConsumer;
  readonly #burst = new Burst(BURST);
  readonly #take: (frame: Uint8Array) => void;
  readonly #ended: Promise<void>;
  #isOpen = true;

  /**
   * @param places  frames that may wait; a power of two, at least 256
   * @param take    called in this thread, frame by frame; it may read the frame until it returns, and must not throw
   */
  constructor(places: number, take: (frame: Uint8Array) => void) {
    this.#take = take;
    this.#ring = createRing(createFrameMemory(places), { first: 0, count: places }, [this.#bell]);
    this.#consumer = new RingConsumer(this.#ring, 0);
    this.#ended = this.#run();
  }

  /** The port that sends for a port out into this; a lane does not wait for it. */
  port(id: string, node: string): PortSetup {
    const options: RingPortOptions = { ring: this.#ring.shared, whenFull: 'drop' };
    return { id, module: MODULE, options, sends: [node] };
  }

  /** What still waits is lost. No lane may have the port any more. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#bell.ring();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const hasWork = () => !this.#isOpen || this.#consumer.waiting() > 0;
    while (this.#isOpen) {
      // A turn of the event loop for each burst: others have to do too.
      if (this.#drain() > 0) await new Promise(resolve => setImmediate(resolve));
      else await this.#bell.sleepAside(LONGEST_SLEEP_MS, hasWork);
    }
  }

  #drain(): number {
    const burst = this.#burst;
    const count = this.#consumer.take(burst, BURST);
    for (let index = 0; index < count; index += 1)
      this.#take(this.#ring.memory.frame(burst.slot(index), burst.length(index)));
    this.#consumer.release(count);
    return count;
  }
}
