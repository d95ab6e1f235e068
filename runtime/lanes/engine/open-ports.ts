// The ports that a thread of lanes holds open, and how they follow a plan: those that are the same stay open. What is to go
// is closed before anything is opened, for most devices can be opened only once.
import type { PlannedPort } from './plan.ts';
import type { PortDriver } from './port.ts';

/** A port that was closed for others could not be opened again: what ran before cannot go on. */
export class PortLost extends Error {
  override readonly name = 'PortLost';
}

interface OpenedPort {
  readonly plan: PlannedPort;
  readonly driver: PortDriver;
}

export class OpenPorts {
  readonly #open: (port: PlannedPort) => Promise<PortDriver>;
  #opened: ReadonlyMap<string, OpenedPort> = new Map();

  /** @param open  opens one port; throws when it cannot */
  constructor(open: (port: PlannedPort) => Promise<PortDriver>) {
    this.#open = open;
  }

  get drivers(): readonly PortDriver[] {
    return [...this.#opened.values()].map(({ driver }) => driver);
  }

  /** Drivers by the id of the port out that they send for. */
  byExit(): ReadonlyMap<string, PortDriver> {
    return new Map(
      [...this.#opened.values()].flatMap(({ plan, driver }) => plan.sends.map(id => [id, driver] as const)),
    );
  }

  /**
   * Opens what is to be open and closes everything else. No frame may be sent meanwhile.
   * @throws what kept a port from being opened; the ports of before are open then, by new drivers maybe
   * @throws PortLost when one of those cannot be opened any more
   */
  async change(plans: readonly PlannedPort[]): Promise<void> {
    const before = [...this.#opened.values()].map(({ plan }) => plan);
    await this.#closeAllBut(plans);
    try {
      await this.#openMissing(plans);
    } catch (error) {
      await this.#closeAllBut(before);
      await this.#openMissing(before).catch(cause => {
        throw new PortLost(`a port that was open cannot be opened again: ${cause}`, { cause: error });
      });
      throw error;
    }
  }

  /** Closes all. */
  close(): Promise<void> {
    return this.#closeAllBut([]);
  }

  /** What stays may send for others than before. */
  async #closeAllBut(plans: readonly PlannedPort[]): Promise<void> {
    const kept = new Map<string, OpenedPort>();
    for (const plan of plans) {
      const old = this.#opened.get(plan.id);
      if (old !== undefined && isSame(old.plan, plan)) kept.set(plan.id, { plan, driver: old.driver });
    }
    const left = [...this.#opened].filter(([id]) => !kept.has(id)).map(([, { driver }]) => driver);
    this.#opened = kept;
    await Promise.allSettled(left.map(driver => driver.close()));
  }

  async #openMissing(plans: readonly PlannedPort[]): Promise<void> {
    for (const plan of plans)
      if (!this.#opened.has(plan.id)) {
        const driver = await this.#open(plan);
        this.#opened = new Map([...this.#opened, [plan.id, { plan, driver }]]);
      }
  }
}

/** WHY not the ring: it is the same when its number is. Other shared memory in options counts as the same too. */
function isSame(one: PlannedPort, other: PlannedPort): boolean {
  const text = ({ id, module, options, entrance }: PlannedPort) =>
    JSON.stringify([id, module, options, entrance?.number, entrance?.origin]);
  return text(one) === text(other);
}
