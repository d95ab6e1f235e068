import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EdgeSpec } from '../../../runtime/model/kinds/edge.ts';
import { BROADCAST } from '../../drivers/nftables/frame.ts';
import { heard, quad, said, TYPE } from './dhcp-client.ts';
import { fault, INSIDE_MAC, legWorld, SPEC } from './leg-world.ts';

const DHCP: EdgeSpec['dhcp'] = {
  ...{ first: '10.0.0.100', last: '10.0.0.103', leaseSeconds: 3_600 },
  hosts: [{ mac: '02:00:00:00:01:0f', ip: '10.0.0.102', name: 'camera' }],
};
const WITH_DHCP = { dhcp: DHCP, dns: ['9.9.9.9', '1.1.1.1'], mtu: 1_400 };
const OTHERS = [1, 2, 3, 4, 5, 6].map(number => `02:00:00:00:03:0${number}`);

describe('the DHCP server of a leg in the process', () => {
  it('offers an address with everything the Linux leg gives, and gives it', () => {
    const world = legWorld(WITH_DHCP);
    const offer = heard(world.out(said(TYPE.discover)));
    assert.equal(offer.type, TYPE.offer);
    assert.match(offer.yourIp, /^10\.0\.0\.10[013]$/);
    assert.deepEqual([offer.toMac, offer.toIp], [INSIDE_MAC, offer.yourIp]);
    const ack = heard(world.out(said(TYPE.request, { requested: offer.yourIp, server: '10.0.0.1' })));
    assert.deepEqual([ack.type, ack.yourIp], [TYPE.ack, offer.yourIp]);
    const expected: readonly [number, number[]][] = [
      [1, quad('255.255.255.0')],
      [3, quad('10.0.0.1')],
      [6, [...quad('9.9.9.9'), ...quad('1.1.1.1')]],
      [26, [0x05, 0x78]],
      [28, quad('10.0.0.255')],
      [51, [0, 0, 0x0e, 0x10]],
      [54, quad('10.0.0.1')],
    ];
    for (const [code, value] of expected) assert.deepEqual([...(ack.options.get(code) ?? [])], value, `option ${code}`);
    assert.deepEqual(world.leg.leases(), [{ mac: INSIDE_MAC, ip: ack.yourIp, expiresMs: 3_600_000 }]);
  });

  it('gives no DNS option when there are no servers, and only what a client wants', () => {
    assert.equal(heard(legWorld({ ...WITH_DHCP, dns: [] }).out(said(TYPE.discover))).options.has(6), false);
    const offer = heard(legWorld(WITH_DHCP).out(said(TYPE.discover, { wanted: [1, 3] })));
    assert.deepEqual(
      [...offer.options.keys()].sort((one, other) => one - other),
      [1, 3, 51, 53, 54, 58, 59],
    );
  });

  it('gives a host its fixed address and name, and that address to nobody else', () => {
    const world = legWorld(WITH_DHCP);
    const camera = heard(world.out(said(TYPE.discover, { mac: '02:00:00:00:01:0f', requested: '10.0.0.100' })));
    assert.deepEqual([camera.yourIp, camera.options.get(12)?.toString()], ['10.0.0.102', 'camera']);
    assert.notEqual(heard(world.out(said(TYPE.discover, { requested: '10.0.0.102' }))).yourIp, '10.0.0.102');
    assert.equal(heard(world.out(said(TYPE.request, { requested: '10.0.0.102' }))).type, TYPE.nak);
  });

  it('gives every address once, says nothing when there are no more, and gives it again when the lease is over', () => {
    const world = legWorld(WITH_DHCP);
    const given = OTHERS.slice(0, 3).map(mac => {
      const { yourIp } = heard(world.out(said(TYPE.discover, { mac })));
      return heard(world.out(said(TYPE.request, { mac, requested: yourIp, server: '10.0.0.1' }))).yourIp;
    });
    assert.deepEqual(given.toSorted(), ['10.0.0.100', '10.0.0.101', '10.0.0.103']);
    const late = said(TYPE.discover, { mac: OTHERS[3] as string });
    assert.deepEqual(world.out(late), []);
    assert.equal(world.leg.counters().fates.full, 1);
    world.clock.now = 3_600_001;
    assert.equal(heard(world.out(late)).type, TYPE.offer);
  });

  it('renews at the address of the client, and forgets what is released', () => {
    const world = legWorld(WITH_DHCP);
    const { yourIp } = heard(world.out(said(TYPE.request, { requested: '10.0.0.100' })));
    world.clock.now = 1_800_000;
    const renewed = heard(world.out(said(TYPE.request, { clientIp: yourIp })));
    assert.deepEqual([renewed.type, renewed.toIp, renewed.toMac], [TYPE.ack, yourIp, INSIDE_MAC]);
    assert.equal(world.leg.leases()[0]?.expiresMs, 5_400_000);
    assert.deepEqual(world.out(said(TYPE.release, { clientIp: yourIp, server: '10.0.0.1' })), []);
    assert.deepEqual(world.leg.leases(), []);
  });

  it("refuses addresses of another network or another client, to everybody's ears", () => {
    const world = legWorld(WITH_DHCP);
    heard(world.out(said(TYPE.request, { requested: '10.0.0.100' })));
    for (const requested of ['192.168.7.7', '10.0.0.1', '10.0.0.100']) {
      const nak = heard(world.out(said(TYPE.request, { mac: OTHERS[0] as string, requested })));
      assert.deepEqual(
        [nak.type, nak.toIp, nak.toMac, nak.yourIp],
        [TYPE.nak, '255.255.255.255', BROADCAST, '0.0.0.0'],
      );
    }
  });

  it('leaves an address alone that somebody else turned out to have', () => {
    const world = legWorld(WITH_DHCP);
    heard(world.out(said(TYPE.request, { requested: '10.0.0.100' })));
    world.out(said(TYPE.decline, { requested: '10.0.0.100', server: '10.0.0.1' }));
    assert.equal(heard(world.out(said(TYPE.request, { requested: '10.0.0.100' }))).type, TYPE.nak);
  });

  it('answers to everybody when the client asks for it, and tells a station with an address only what it asks', () => {
    const world = legWorld(WITH_DHCP);
    const offer = heard(world.out(said(TYPE.discover, { flags: 0x8000 })));
    assert.deepEqual([offer.toIp, offer.toMac], ['255.255.255.255', BROADCAST]);
    const told = heard(world.out(said(TYPE.inform, { clientIp: '10.0.0.7' })));
    assert.deepEqual([told.type, told.yourIp, told.toIp], [TYPE.ack, '0.0.0.0', '10.0.0.7']);
    assert.equal(told.options.has(51), false, 'no lease');
  });

  it('keeps quiet when another server is chosen, outside, and when none is drawn', () => {
    const world = legWorld(WITH_DHCP);
    assert.deepEqual(world.out(said(TYPE.request, { requested: '10.0.0.100', server: '10.0.0.2' })), []);
    assert.deepEqual(world.in(said(TYPE.discover)), []);
    assert.deepEqual(legWorld().out(said(TYPE.discover)), []);
  });

  it('hands its leases to the leg that follows, which forgets those that no longer fit', () => {
    const world = legWorld(WITH_DHCP);
    heard(world.out(said(TYPE.request, { requested: '10.0.0.100' })));
    heard(world.out(said(TYPE.request, { mac: OTHERS[0] as string, requested: '10.0.0.103' })));
    const leases = JSON.parse(JSON.stringify(world.leg.leases()));
    const next = legWorld({ ...WITH_DHCP, dhcp: { ...DHCP, last: '10.0.0.102' } } as Partial<EdgeSpec>, false, {
      leases,
    });
    assert.deepEqual(next.leg.leases(), [leases[0]]);
  });

  it('survives any message, and never gives an address outside its range', () => {
    const change = fc.record({ at: fc.nat(80), value: fc.nat(255) });
    const type = fc.integer({ min: 1, max: 8 });
    const step = fc.record({
      type,
      mac: fc.constantFrom(...OTHERS),
      changes: fc.array(change, { maxLength: 4 }),
      cut: fc.nat(600),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const world = legWorld(WITH_DHCP);
        for (const { type, mac, changes, cut } of steps) {
          const frame = said(type, { mac, requested: '10.0.0.101', server: '10.0.0.1', wanted: [1, 3, 6] });
          // In the options and just before them; the end of the packet may be gone.
          for (const { at, value } of changes) if (276 + at < frame.length) frame[276 + at] = value;
          for (const reply of world.out(frame.subarray(0, cut > 500 ? undefined : cut)))
            assert.equal(fault(reply), undefined);
        }
        const ips = world.leg.leases().map(lease => lease.ip);
        assert.equal(new Set(ips).size, ips.length);
        for (const ip of ips) assert.match(ip, /^10\.0\.0\.10[013]$/);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a leg that follows another', () => {
  it('goes on with its connections, unless an address or NAT has changed', () => {
    const first = legWorld();
    const packet = {
      protocol: 'udp',
      source: '10.0.0.7',
      destination: '192.168.50.10',
      sourcePort: 5_000,
      destinationPort: 53,
    } as const;
    first.out(packet);
    const answer = {
      ...packet,
      source: '192.168.50.10',
      destination: '192.168.50.2',
      sourcePort: 53,
      destinationPort: 5_000,
    };
    assert.equal(legWorld({ mtu: 1_400 }, false, { after: first.leg }).in(answer).length, 1);
    assert.equal(legWorld({ inside: '10.0.0.2/24' }, false, { after: first.leg }).in(answer).length, 0);
    assert.equal(legWorld(SPEC).in(answer).length, 0);
  });
});
