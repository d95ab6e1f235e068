// The short soak: both gateways of robot-cell with stations in place of guests, and every frame is accounted for.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Address } from '../../runtime/model/address.ts';
import type { PortSpec } from '../../runtime/model/kinds/port.ts';
import type { Observed } from '../../runtime/model/observed.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import type { FrameCounters } from '../../runtime/switch/fabric/counters.ts';
import { arpFrame, BROADCAST, ipFrame } from '../drivers/nftables/frame.ts';
import { type EmbeddedGateway, type EmbeddedLab, embeddedLab, type Station } from '../drivers/vswitch/lab.ts';
import { drawn, GATEWAYS } from '../real/robot-cell-drawing.ts';
import { type Ledger, openLedger } from './ledger.ts';

const ORDER = ['uplink', 'segment', 'policy', 'edge', 'port'];
const ADDRESSES = ['10.0.0.1', '10.0.0.7', '10.0.0.8', '192.168.50.10', '192.168.50.21'];
const PLANT = 'uplink.cell-7/plant';

describe('the ledger of a soak', function () {
  this.timeout(60_000);
  let lab: EmbeddedLab;
  let ledger: Ledger;
  const gateways: { readonly gateway: EmbeddedGateway; readonly resources: readonly Resource[] }[] = [];
  const stations = new Map<string, Station>();
  const ports: Resource<'port'>[] = [];

  before(async () => {
    lab = await embeddedLab(host => {
      ledger = openLedger(host);
      return ledger.host;
    });
    for (const [name, design] of Object.entries(drawn(undefined, 'embedded'))) {
      const resources = Object.values(design.resources)
        .filter(({ kind }) => ORDER.includes(kind))
        .sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
      const gateway = await lab.gateway(name);
      await gateway.make(...resources);
      gateways.push({ gateway, resources });
      ports.push(...(resources.filter(({ kind }) => kind === 'port') as Resource<'port'>[]));
    }
    for (const { address } of ports) stations.set(address, lab.station(address));
    stations.set(PLANT, lab.station(PLANT));
  });
  after(() => lab.close());

  async function observed(): Promise<readonly Observed[]> {
    return Promise.all(
      gateways.map(async ({ gateway, resources }, index) => {
        const seen = await Promise.all(resources.map(({ address }) => gateway.see(address)));
        const found = Object.fromEntries(seen.flatMap(each => (each === undefined ? [] : [[each.address, each]])));
        return { gateway: GATEWAYS[index] ?? '', generation: 1, atMs: 0, resources: found };
      }),
    );
  }

  /** What a station sends: mostly as itself, to one of the addresses there are or to nobody. */
  const shots = fc.record({
    from: fc.nat(4),
    to: fc.nat(5),
    mac: fc.nat(6),
    kind: fc.constantFrom('arp', 'tcp', 'udp', 'icmp', 'short', 'long'),
    port: fc.constantFrom(123, 502, 503),
    spoof: fc.constantFrom(false, false, false, true),
  });
  type Shot = typeof shots extends fc.Arbitrary<infer T> ? T : never;

  function frameOf({ from, to, mac, kind, port, spoof }: Shot): Uint8Array {
    if (kind === 'short') return new Uint8Array(13);
    if (kind === 'long') return new Uint8Array(9300);
    const own = ports[from]?.spec as PortSpec | undefined;
    const sourceMac = spoof ? '02:00:00:00:66:66' : (own?.mac ?? '02:00:00:00:50:10');
    const targets = [...ports.map(({ spec }) => spec.mac), '02:27:bc:0b:3f:c9', '02:00:00:00:77:77', BROADCAST];
    const ends = { sourceMac, targetMac: targets[mac] ?? BROADCAST };
    const [source, destination] = [own?.ips[0] ?? '192.168.50.10', ADDRESSES[to] ?? '10.0.0.99'];
    if (kind === 'arp') return arpFrame({ ...ends, targetMac: BROADCAST }, sourceMac, source, destination);
    return ipFrame(ends, { protocol: kind, source, destination, sourcePort: 40_000, destinationPort: port } as never);
  }

  const send = (shot: Shot) =>
    stations.get([...ports.map(port => port.address), PLANT][shot.from] as string)?.send(frameOf(shot));

  const framesOf = (all: readonly Observed[]) =>
    all[0]?.resources['segment.cell-7/cell-a']?.status.frames as Pick<FrameCounters, 'sent' | 'copies' | 'drops'>;

  it('finds every frame again: forwarded, copied, refused, routed, tunnelled or lost at a pulled cable', async () => {
    const [left] = gateways;
    const [port] = ports as [Resource<'port'>];
    for (const shot of fc.sample(shots, { numRuns: 20_000, seed: 20_261_125 })) send(shot);
    await ledger.stands();
    await left?.gateway.remove(port.address as Address);
    for (const shot of fc.sample(shots, { numRuns: 2_000, seed: 7 })) send(shot);
    await left?.gateway.make(port);
    for (const shot of fc.sample(shots, { numRuns: 2_000, seed: 8 })) send(shot);
    await ledger.stands();
    const all = await observed();
    assert.deepEqual(ledger.complaints(all), []);
    const { copies, drops } = framesOf(all);
    const leg = all[0]?.resources['edge.cell-7/plant-edge.cell-a']?.status.fates as Record<string, number>;
    const tunnel = all[0]?.resources['segment.cell-7/cell-a']?.status.tunnel as { sent: number };
    const kinds = {
      copies,
      tunnelled: tunnel.sent,
      refused: drops.refused,
      filtered: drops.filtered,
      routed: leg.forwarded,
    };
    for (const [kind, count = 0] of Object.entries(kinds)) assert.ok(count > 0, `${kind}: ${count}`);
  });

  it('says so when a switch does not count what it should', async () => {
    const all = structuredClone(await observed());
    const frames = framesOf(all);
    frames.sent -= 1;
    assert.match(ledger.complaints(all).join('; '), /segment\.cell-7\/cell-a: \d+ received and copied, but \d+ sent/);
  });
});
