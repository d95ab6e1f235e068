// Takes a leg away: server, files, devices, namespace.
import type { Host } from '../../host/host.ts';
import { ipBatch } from '../../host/linux/ip.ts';
import { listLinks } from '../../host/linux/links.ts';
import type { Address } from '../../model/address.ts';
import type { DriverWorld, StepContext } from '../../model/driver.ts';
import { ensureServer, stopNoted } from './dnsmasq.ts';
import { legDevices } from './leg-devices.ts';
import { filesOf } from './leg-files.ts';
import { dropBridgeEnd, dropNamespace } from './leg-namespace.ts';
import { readLeg } from './leg-state.ts';

/**
 * Absent is success.
 * WHY in this order: a leg is known by the tags on its devices, so whatever bears none goes first. Cut off anywhere, what is
 * left is still seen as a leg that has to go.
 */
export async function removeLeg(
  world: DriverWorld<Host>,
  address: Address<'edge'>,
  { signal }: StepContext,
): Promise<void> {
  const { host } = world;
  const devices = legDevices(address);
  const files = filesOf(world, devices);
  const state = await readLeg(host, devices.netns, signal);
  if (state === undefined) await stopNoted(host, devices, files);
  else await ensureServer(host, devices, files, undefined, signal);
  for (const file of [files.pidFile, files.leaseFile, files.rulesFile]) await host.remove(file);
  // WHY by hand: a namespace's devices go some time after it does, and the outer one holds its MAC address until then.
  const outer = state?.links.filter(link => link.name === devices.outer) ?? [];
  await ipBatch(
    host,
    outer.map(link => ['link', 'del', 'dev', link.name]),
    { netns: devices.netns, signal },
  );
  await dropNamespace(host, devices.netns, signal);
  await dropBridgeEnd(host, address, await listLinks(host, { signal }), signal);
}
