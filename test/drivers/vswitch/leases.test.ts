// Leases of an embedded leg over a new start of its process: stations keep their addresses, for no longer than they were given.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LeaseKeeper } from '../../../runtime/drivers/vswitch/lease-keeper.ts';
import { numberToMac } from '../../../runtime/switch/packet/mac.ts';
import { until } from '../../contract/driver-case.ts';
import { cellA, plant, plantEdge, resource, robotPort, withSpec } from '../../contract/samples.ts';
import { heard, said, TYPE } from '../../switch/router/dhcp-client.ts';
import { type EmbeddedGateway, type EmbeddedLab, embeddedLab, type Station } from './lab.ts';

const local = withSpec(cellA, { mode: 'local' });
const port = withSpec(robotPort, { ips: [] });
const LEASE_MS = 3_600_000;
const SIZE = 101;
/** Two stations that would get the same address if they came first. */
const [FIRST, SECOND] = [0x02_00_00_00_10_00, 0x02_00_00_00_10_00 + SIZE].map(numberToMac) as [string, string];

describe('leases of an embedded leg', () => {
  let lab: EmbeddedLab;
  beforeEach(async () => {
    lab = await embeddedLab();
  });
  afterEach(() => lab.close());

  const start = async () => {
    const gateway = await lab.gateway('cell-7');
    await gateway.make(plant, local, plantEdge, port);
    return gateway;
  };
  const files = () => join(lab.folder, 'cell-7', 'leases');
  const file = () => join(files(), 'plant-edge.cell-a.json');
  const given = async (gateway: EmbeddedGateway) => (await gateway.see(plantEdge.address))?.status.leases;

  /** What a station is told that has no address, or has forgotten it. */
  function offered(station: Station, mac: string): string {
    station.got.splice(0);
    station.send(said(TYPE.discover, { mac }));
    return heard(station.got.map(frame => Buffer.from(frame))).yourIp;
  }
  function take(station: Station, mac: string): string {
    const ip = offered(station, mac);
    station.got.splice(0);
    station.send(said(TYPE.request, { mac, requested: ip, server: '10.0.0.1' }));
    assert.equal(heard(station.got.map(frame => Buffer.from(frame))).type, TYPE.ack);
    return ip;
  }
  /** Those in the file, with how long they last from now on. */
  const written = async () => {
    const { leases } = JSON.parse(await readFile(file(), 'utf8')) as { leases: { mac: string; until: number }[] };
    return new Map(leases.map(lease => [lease.mac, lease.until - lab.clock.now()]));
  };
  const writes = (...macs: readonly string[]) =>
    until(async () => {
      const found = await written().catch(() => new Map());
      return macs.every(mac => found.has(mac));
    }, 'the leases on the disk');

  it('are given to the same stations again after a new start, whoever asks first', async () => {
    const gateway = await start();
    const station = lab.station(port.address);
    const [first, second] = [take(station, FIRST), take(station, SECOND)];
    assert.notEqual(first, second);
    await writes(FIRST, SECOND);
    await gateway.close();
    const again = await start();
    assert.deepEqual(await given(again), [
      { mac: FIRST, ip: first },
      { mac: SECOND, ip: second },
    ]);
    assert.deepEqual([offered(station, SECOND), offered(station, FIRST)], [second, first]);
  });

  it('are on the disk before the process ends, and all of them when it ends well', async () => {
    const gateway = await start();
    const station = lab.station(port.address);
    take(station, FIRST);
    await writes(FIRST);
    take(station, SECOND);
    await gateway.close();
    assert.deepEqual([...(await written()).keys()].sort(), [FIRST, SECOND]);
  });

  it('last no longer than they were given for, whatever happens to the clock', async () => {
    const gateway = await start();
    const station = lab.station(port.address);
    take(station, FIRST);
    await gateway.close();
    const day = Date.now();
    lab.clock.now = () => day - 365 * 24 * LEASE_MS;
    const earlier = await start();
    assert.equal(((await given(earlier)) as readonly unknown[]).length, 1);
    take(station, SECOND); // writes them all
    await earlier.close();
    for (const [mac, left] of await written()) assert.ok(left <= LEASE_MS, `${mac} for ${left} ms`);
    lab.clock.now = () => day;
    assert.deepEqual(await given(await start()), [], 'they ended long ago');
  });

  it('go with their leg, and are nothing to a leg between other networks', async () => {
    const gateway = await start();
    take(lab.station(port.address), FIRST);
    await writes(FIRST);
    const other = resource('segment', 'cell-b', { ...local.spec, vswitch: 'cell-b' });
    await gateway.make(other, withSpec(plantEdge, { segment: other.address }));
    assert.deepEqual(await given(gateway), []);
    await gateway.remove(plantEdge.address);
    assert.deepEqual(await readdir(files()), []);
  });

  it('start from nothing when their file is damaged', async () => {
    const gateway = await start();
    take(lab.station(port.address), FIRST);
    await gateway.close();
    await writeFile(file(), '{"leases":[{"mac"');
    assert.deepEqual(await given(await start()), []);
  });

  it('are not written each time when they change all the time', async () => {
    let writes = 0;
    const keeper = new LeaseKeeper(async () => {
      writes += 1;
    });
    for (let change = 0; change < 1_000; change += 1) {
      keeper.changed();
      if (change % 100 === 0) await new Promise(setImmediate);
    }
    await keeper.close();
    assert.equal(writes, 2, 'the first one, and all others');
  });
});
