// The drivers of one back end, connected: observing everything, and finding the handle of a kind.
import { join } from 'node:path';
import { type AnyDriver, DORMANT, type DriverSet } from '../host/driver-set.ts';
import type { Host } from '../host/host.ts';
import { removeUnfinished } from '../host/local-files.ts';
import { makeFolder } from '../host/local-socket.ts';
import { type Kind, parseAddress } from '../model/address.ts';
import type { DriverFacts, DriverWorld, Handle } from '../model/driver.ts';
import { GatewrightError } from '../model/errors.ts';
import type { BackendLabel } from '../model/gateway.ts';
import type { ObservedResource } from '../model/observed.ts';
import type { AgentOptions } from './options.ts';
import { MOST_IMAGES } from './wire-shapes.ts';

export interface Backend {
  readonly label: BackendLabel;
  readonly facts: readonly DriverFacts[];
  /** @throws GatewrightError GW_KIND_UNSUPPORTED */
  handle(kind: Kind): Handle;
  /** @throws GatewrightError GW_KIND_UNSUPPORTED */
  factsOf(kind: Kind): DriverFacts;
  /** Everything that carries this gateway's tag, by address. */
  observe(signal: AbortSignal): Promise<Readonly<Record<string, ObservedResource>>>;
  /** Names of images, where VMs are made of some; nothing while they cannot be read. */
  images(): Promise<{ readonly images?: readonly string[] }>;
  /** Calls back when any driver says that something may have changed. */
  watch(changed: () => void): () => void;
  close(): Promise<void>;
}

interface Connection {
  readonly facts: DriverFacts;
  readonly handle: Handle;
}

/**
 * Connects every driver of a back end.
 * @throws GatewrightError GW_KIND_UNSUPPORTED when there is none, and whatever a driver finds missing on the host
 */
export async function connectBackend(options: AgentOptions, now: () => number): Promise<Backend> {
  const drivers = chooseDrivers(options.driverSets, options.backend);
  const connections = new Map<Kind, Connection>();
  try {
    for (const [kind, driver] of drivers) connections.set(kind, await connect(driver, options, now));
  } catch (error) {
    await closeAll(connections);
    throw error;
  }
  const { gateway } = options;
  return {
    label: weakestLabel([...connections.values()].map(one => one.facts.label)),
    facts: [...connections.values()].map(one => one.facts),
    handle: kind => find(connections, kind).handle,
    factsOf: kind => find(connections, kind).facts,
    observe: signal => observeAll(connections, gateway, signal),
    images: () => imagesOf(connections.get('vm')?.handle),
    watch: changed => watchAll(connections, changed),
    close: () => closeAll(connections),
  };
}

/** WHY nothing on trouble: it is asked with everything else of the agent, and only helps to choose. */
async function imagesOf(handle: Handle | undefined): Promise<{ readonly images?: readonly string[] }> {
  const images = await handle?.images?.().catch(() => undefined);
  return images === undefined ? {} : { images: images.slice(0, MOST_IMAGES) };
}

function find(connections: ReadonlyMap<Kind, Connection>, kind: Kind): Connection {
  const found = connections.get(kind);
  if (found !== undefined) return found;
  throw new GatewrightError(
    'GW_KIND_UNSUPPORTED',
    `this back end has no driver for a ${kind}; take it out of the drawing`,
  );
}

function chooseDrivers(sets: readonly DriverSet[], backend: string): ReadonlyMap<Kind, AnyDriver> {
  const fitting = sets.filter(set => set.backend === backend).flatMap(set => set.drivers);
  if (fitting.length === 0)
    throw new GatewrightError(
      'GW_KIND_UNSUPPORTED',
      `this build has no drivers for back end ${backend}; choose another`,
    );
  return new Map(fitting.toReversed().map(driver => [driver.kind, driver]));
}

async function connect(driver: AnyDriver, options: AgentOptions, now: () => number): Promise<Connection> {
  const stateDirectory = join(options.stateDirectory, 'drivers', driver.name);
  await makeFolder(stateDirectory, 0o700);
  // The journal is locked, so no other agent writes here.
  await removeUnfinished(stateDirectory);
  const world: DriverWorld<Host> = {
    host: options.host,
    gateway: { name: options.gateway, backend: options.backend },
    stateDirectory,
    sharedDirectory: options.stateDirectory,
    now,
    settings: { ...options.settings, ...(options.dormant ? DORMANT : {}) },
  };
  return driver.connect(world) as Promise<Connection>;
}

/** An agent is as real as the least real of its drivers. */
function weakestLabel(labels: readonly BackendLabel[]): BackendLabel {
  return (['simulated', 'emulated'] as const).find(label => labels.includes(label)) ?? 'real';
}

async function observeAll(connections: ReadonlyMap<Kind, Connection>, gateway: string, signal: AbortSignal) {
  const lists = await Promise.all([...connections].map(([kind, one]) => observeKind(kind, one, gateway, signal)));
  return Object.fromEntries(lists.flat().map(found => [found.address, found]));
}

async function observeKind(kind: Kind, { facts, handle }: Connection, gateway: string, signal: AbortSignal) {
  const found = await handle.observe(signal);
  for (const { address } of found) {
    const parts = parseAddress(address);
    if (parts?.kind !== kind || parts.gateway !== gateway)
      throw new GatewrightError(
        'GW_BUG',
        `driver ${facts.driver} lists ${address} as a ${kind} of ${gateway}; report this`,
      );
  }
  return found;
}

function watchAll(connections: ReadonlyMap<Kind, Connection>, changed: () => void): () => void {
  const stops = [...connections.values()].flatMap(one => one.handle.watch?.(changed) ?? []);
  return () => {
    for (const stop of stops) stop();
  };
}

async function closeAll(connections: ReadonlyMap<Kind, Connection>): Promise<void> {
  await Promise.all([...connections.values()].map(one => one.handle.close()));
}
