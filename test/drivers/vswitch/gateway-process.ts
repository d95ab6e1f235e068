// A process with an embedded gateway, for a machine of the lab: sockets stay in the namespace they were opened in. Its one
// segment has a router, which answers pings; what it sent and received is written out, a line a second.
import { vswitch } from '../../../runtime/drivers/vswitch/driver.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import { step } from '../../contract/driver-case.ts';
import { cellA, GATEWAY, plant, plantEdge, withSpec } from '../../contract/samples.ts';

const [stateDirectory = ''] = process.argv.slice(2);
const world = {
  host: localHost,
  gateway: { name: GATEWAY, backend: 'embedded' } as const,
  ...{ stateDirectory, now: Date.now, settings: {} },
};
const { dhcp: _none, ...router } = plantEdge.spec;
let segments: Handle | undefined;
for (const resource of [
  plant,
  withSpec(cellA, { peers: [{ address: '10.251.0.18', macs: [] }] }),
  { ...plantEdge, spec: router },
]) {
  const driver = vswitch.drivers.find(each => each.kind === resource.kind);
  if (driver === undefined) throw new Error(`no driver for ${resource.kind}`);
  const handle: Handle = (await driver.connect(world)).handle;
  await handle.create(resource, step(1));
  if (resource.kind === 'segment') segments = handle;
}
const tell = async () => process.stdout.write(`${JSON.stringify((await segments?.observe())?.[0]?.status)}\n`);
await tell();
setInterval(tell, 1000);
