import assert from 'node:assert/strict';
import { aliasFor, isOwnLink, ownLink, ownTag, renameLines } from '../../../runtime/host/linux/link-tag.ts';
import type { Link } from '../../../runtime/host/linux/links.ts';
import { claimOf, formatClaim, parseClaim } from '../../../runtime/host/linux/uplink-claim.ts';

const address = 'segment.cell-7/cell-a';
const tag = `gatewright:${address};generation=2`;

function link(changes: Partial<Link>): Link {
  const plain = { index: 1, mtu: 1500, mac: '', up: true, carrier: true, ipv6: false };
  return {
    name: 'gws1',
    type: 'bridge',
    ...plain,
    alias: '',
    altnames: [],
    addresses: [],
    details: {},
    portDetails: {},
    ...changes,
  };
}

describe('ownership of a network device', () => {
  it('is ours by our tag, or by our name when it is not tagged yet', () => {
    assert.ok(isOwnLink(link({ alias: tag }), 'bridge', address));
    assert.ok(isOwnLink(link({}), 'bridge', address));
  });

  for (const [what, other] of [
    ['an alias of someone else', { alias: 'trunk to hall 3' }],
    ["another resource's tag", { alias: 'gatewright:segment.cell-7/cell-b;generation=2' }],
    ['another type', { alias: tag, type: 'veth' }],
  ] as const)
    it(`is not ours with ${what}`, () => {
      assert.equal(isOwnLink(link(other), 'bridge', address), false);
      assert.throws(() => ownLink([link(other)], 'gws1', 'bridge', address), { code: 'GW_NETWORK_FOREIGN', address });
      const to = { name: 'gws2', address: 'segment.cell-7/cell-c' } as const;
      assert.deepEqual(renameLines([link(other)], { type: 'bridge', from: { name: 'gws1', address }, to }), []);
    });

  it('counts for one gateway and one kind', () => {
    assert.equal(ownTag(link({ alias: tag }), 'segment', 'cell-7')?.generation, 2);
    assert.equal(ownTag(link({ alias: tag }), 'segment', 'cell-8'), undefined);
    assert.equal(ownTag(link({ alias: tag }), 'port', 'cell-7'), undefined);
  });

  it('does not cut a tag that is too long', () => {
    const facts = { ips: Array(20).fill('10.100.100.100').join(',') };
    assert.throws(() => aliasFor({ address, generation: 1, facts }), { code: 'GW_NETWORK_TAG_TOO_LONG' });
    assert.equal(aliasFor({ address, generation: 2 }), tag);
  });
});

describe('the claim of an uplink', () => {
  const claim = { address: 'uplink.cell-7/plant', generation: 3, role: 'management' } as const;

  it('is read back from the name it was written into', () => {
    const altname = formatClaim(claim);
    assert.equal(altname, 'gatewright:uplink.cell-7:plant;generation=3;role=management');
    assert.deepEqual(parseClaim(altname), { ...claim, altname });
    assert.equal(claimOf(link({ altnames: ['lan-top', altname] }), 'cell-7')?.address, claim.address);
    assert.equal(claimOf(link({ altnames: [altname] }), 'cell-8'), undefined);
  });

  it('fits for the longest names of a gateway and an uplink', () => {
    const longest = `uplink.${'g'.repeat(32)}/${'u'.repeat(32)}` as const;
    const altname = formatClaim({ address: longest, generation: 4_294_967_295, role: 'management' });
    assert.ok(altname.length <= 127);
    assert.equal(parseClaim(altname)?.address, longest);
  });

  for (const altname of [
    'enp3s0',
    'gatewright:uplink.cell-7:plant',
    'gatewright:uplink.cell-7:plant;generation=1;role=king',
    'gatewright:port.cell-7:plant;generation=1;role=plant',
    'gatewright:uplink.Cell:plant;generation=1;role=plant',
  ])
    it(`is not ${altname}`, () => assert.equal(parseClaim(altname), undefined));
});
