// Embedded gateways in the process of a test: several over one host, as the platform has them, with stations at their
// cables that remember what they receive.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vswitch } from '../../../runtime/drivers/vswitch/driver.ts';
import { createCables } from '../../../runtime/host/cables.ts';
import type { Host } from '../../../runtime/host/host.ts';
import { localHost } from '../../../runtime/host/local.ts';
import { createUnderlay } from '../../../runtime/host/underlay.ts';
import { type Address, type Kind, parseAddress } from '../../../runtime/model/address.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { ObservedResource } from '../../../runtime/model/observed.ts';
import type { PortFigures } from '../../../runtime/model/port-figures.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { step } from '../../contract/driver-case.ts';

export interface EmbeddedGateway {
  make(...resources: readonly Resource[]): Promise<void>;
  remove(...addresses: readonly Address[]): Promise<void>;
  see<K extends Kind>(address: Address<K>): Promise<ObservedResource<K> | undefined>;
  /** As the agent does for a gate that was proven. */
  openGate(gate: Address<'gate'>, forMs: number): Promise<void>;
  /** See `Handle.conversations`. */
  readonly listen: NonNullable<Handle['conversations']>;
  /** See `Handle.tapPort`. */
  readonly tapPort: NonNullable<Handle['tapPort']>;
  /** See `Handle.portFigures`. */
  counted(): Promise<readonly PortFigures[]>;
  /** Ends its agent's process, as far as the network is concerned. */
  close(): Promise<void>;
}

export interface Station {
  /** Copies of what arrived, oldest first. */
  readonly got: Uint8Array[];
  send(frame: Uint8Array): boolean;
}

export interface EmbeddedLab {
  /** Starts a gateway, or starts it again over the files it left. */
  gateway(name: string, settings?: Readonly<Record<string, string>>): Promise<EmbeddedGateway>;
  /** Holds the files of a gateway. */
  readonly folder: string;
  /** The time of day in milliseconds, where a test wants another one. */
  readonly clock: { now(): number };
  /** Takes the station's end of a cable. @param received  in place of keeping a copy of each frame */
  station(name: string, received?: (frame: Uint8Array) => void): Station;
  close(): Promise<void>;
}

/** Opens a lab on a machine that has none of the tunnel addresses drawn. @param around  may put something before the host */
export async function embeddedLab(around: (host: Host) => Host = host => host): Promise<EmbeddedLab> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-embedded-'));
  const host = around({ ...localHost, cables: createCables(), underlay: createUnderlay({ addresses: () => [] }) });
  const open = new Set<EmbeddedGateway>();
  const clock = { now: () => Date.now() };
  return {
    folder,
    clock,
    async gateway(name, settings = {}) {
      const gateway = { name, backend: 'embedded' } as const;
      const world = { host, gateway, stateDirectory: folder, now: () => clock.now(), settings };
      const handles = new Map<Kind, Handle>();
      for (const driver of vswitch.drivers) handles.set(driver.kind, (await driver.connect(world)).handle);
      const opened = gatewayOver(handles, () => open.delete(opened));
      open.add(opened);
      return opened;
    },
    station(name, received) {
      const got: Uint8Array[] = [];
      const keep = (frame: Uint8Array) => void got.push(new Uint8Array(frame));
      const end = host.cables.plug(name, 'station', received ?? keep);
      return { got, send: frame => end.send(frame) };
    },
    async close() {
      for (const gateway of open) await gateway.close();
      await rm(folder, { recursive: true });
    },
  };
}

function gatewayOver(handles: ReadonlyMap<Kind, Handle>, closed: () => void): EmbeddedGateway {
  const handleOf = (address: Address): Handle => {
    const handle = handles.get(parseAddress(address)?.kind as Kind);
    assert.ok(handle !== undefined, `no driver for ${address}`);
    return handle;
  };
  return {
    async make(...resources) {
      for (const resource of resources) await handleOf(resource.address).create(resource, step(1));
    },
    async remove(...addresses) {
      for (const address of addresses) await handleOf(address).remove(address, step(1));
    },
    async see<K extends Kind>(address: Address<K>) {
      const found = (await handleOf(address).observe()).find(each => each.address === address);
      return found as ObservedResource<K> | undefined;
    },
    async openGate(gate, forMs) {
      for (const handle of handles.values()) await handle.openGate?.(gate, forMs);
    },
    listen: (policy, ...asked) => handleOf(policy).conversations?.(policy, ...asked) ?? assert.fail('nobody listens'),
    tapPort: (port, ...asked) => handleOf(port).tapPort?.(port, ...asked) ?? assert.fail('nobody listens'),
    counted: async () => (await handles.get('port')?.portFigures?.()) ?? assert.fail('nobody counts'),
    async close() {
      closed();
      for (const handle of handles.values()) await handle.close();
    },
  };
}
