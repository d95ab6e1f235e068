// A gateway whose proofs are in the hands of a test: an agent of its own with simulated drivers behind its socket, and whoever attests
// there says what the test says.
import { join } from 'node:path';
import { type StartedAgent, startAgent } from '../../runtime/agent/start.ts';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { AnyDriver } from '../../runtime/host/driver-set.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { Attestation, AttestationStatus, GateStanding, KeptVerdict } from '../../runtime/model/attestation.ts';
import { GatewrightError } from '../../runtime/model/errors.ts';

/** Whoever attests, in the hands of a test. */
export class FakeTrust implements Attestation {
  /** Verdicts by machine, the newest first. */
  readonly kept = new Map<string, readonly KeptVerdict[]>();
  /** What people asked for, in order. */
  readonly asked: string[] = [];
  #status: AttestationStatus = { machines: [], gates: [] };
  readonly #listeners = new Set<(standings: readonly GateStanding[]) => void>();
  #changed = () => {};

  /** From now on this is how it stands. */
  say(status: AttestationStatus): void {
    this.#status = status;
    for (const heard of this.#listeners) heard(status.gates);
  }

  listen(heard: (standings: readonly GateStanding[]) => void): () => void {
    this.#listeners.add(heard);
    heard(this.#status.gates);
    return () => this.#listeners.delete(heard);
  }

  /** Waits until somebody asked for it. */
  async until(what: string): Promise<void> {
    while (!this.asked.includes(what))
      await new Promise<void>(resolve => {
        this.#changed = resolve;
      });
  }

  async status(): Promise<AttestationStatus> {
    return this.#status;
  }

  async invite(machine: string, by: string): Promise<string> {
    this.#note(`invite ${machine} by ${by}`);
    return 'ab'.repeat(32);
  }

  async enrol(machine: string, token: string): Promise<void> {
    if (token !== 'ab'.repeat(32)) throw new GatewrightError('GW_ATTEST_ENROLMENT', 'no invitation is open');
    this.#note(`enrol ${machine}`);
  }

  async approve(machine: string, key: string): Promise<void> {
    this.#note(`approve ${machine} ${key}`);
  }

  async learn(machine: string): Promise<void> {
    this.#note(`learn ${machine}`);
  }

  async ask(machine: string): Promise<void> {
    this.#note(`ask ${machine}`);
  }

  async history(machine: string, most: number): Promise<readonly KeptVerdict[]> {
    return (this.kept.get(machine) ?? []).slice(0, most);
  }

  #note(what: string): void {
    this.asked.push(what);
    this.#changed();
  }
}

export interface AttestedGateway {
  readonly socketPath: string;
  /** Folder with a file of each resource, by kind: `vm/robot-a.json`. */
  readonly resources: string;
  /** The agent goes away. */
  stop(): Promise<void>;
}

/** @param folder  empty; for the state of the agent and its socket */
export async function attestedGateway(name: string, trust: FakeTrust, folder: string): Promise<AttestedGateway> {
  const socketPath = join(folder, 'agent.sock');
  const drivers = createMemory().drivers.map(driver => (driver.kind === 'gate' ? attestedBy(trust, driver) : driver));
  const agent: StartedAgent = await startAgent({
    ...{
      gateway: name,
      backend: 'linux',
      driverSets: [{ backend: 'linux', drivers }],
      host: localHost,
      version: '0.0.0',
    },
    ...{ stateDirectory: join(folder, 'state'), socketPath },
  });
  const resources = join(folder, 'state/drivers/memory/simulated', name);
  return { socketPath, resources, stop: () => agent.close() };
}

function attestedBy(trust: FakeTrust, driver: AnyDriver): AnyDriver {
  return {
    ...driver,
    async connect(world) {
      const connected = await driver.connect(world);
      const gates = (heard: (standings: readonly GateStanding[]) => void) => trust.listen(heard);
      return { ...connected, handle: { ...connected.handle, gates, attestation: trust } };
    },
  } as AnyDriver;
}
