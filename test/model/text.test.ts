import assert from 'node:assert/strict';
import fc from 'fast-check';
import { deriveMac } from '../../runtime/model/mac.ts';
import { MacAddress } from '../../runtime/model/network.ts';
import { listed, plainText, quoted } from '../../runtime/model/plain-text.ts';
import { leaseRange, parseSubnet, routerInterface } from '../../runtime/model/subnet.ts';

describe('text of a drawing in a sentence', () => {
  it('is short, on one line, and holds nothing that moves a cursor or turns the direction', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 60 }), (text, most) => {
        const plain = plainText(text, most);
        assert.ok([...plain].length <= most);
        assert.doesNotMatch(plain, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  it('stays as it is when it is harmless', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z0-9-]{0,32}$/), text => assert.equal(plainText(text), text)));
  });

  it('can be any value in quotes', () => {
    assert.equal(quoted('a'), '"a"');
    assert.equal(quoted({ a: [1] }), '"{"a":[1]}"');
    assert.equal(quoted(undefined), '"undefined"');
  });

  it('is listed as a person would', () => {
    assert.equal(listed([]), '');
    assert.equal(listed(['a']), 'a');
    assert.equal(listed(['a', 'b']), 'a and b');
    assert.equal(listed(['a', 'b', 'c'], 'or'), 'a, b or c');
    assert.equal(listed(['a', 'b', 'c', 'd', 'e', 'f']), 'a, b, c and 3 more');
  });
});

describe('a made-up MAC address', () => {
  it('is valid, locally administered, and always the same for the same text', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const mac = deriveMac(text);
        assert.equal(MacAddress.parse(mac), mac);
        assert.ok(mac.startsWith('02:'));
        assert.equal(deriveMac(text), mac);
      }),
    );
  });

  it('differs for ten thousand ports', () => {
    const macs = new Set(Array.from({ length: 10_000 }, (_unused, index) => deriveMac(`port.g/vm-${index}.eth0`)));
    assert.equal(macs.size, 10_000);
  });
});

describe('a subnet', () => {
  it('gives its first host to the router and the rest to leases', () => {
    const subnet = parseSubnet('10.0.0.0/24');
    assert.ok(subnet);
    assert.equal(routerInterface(subnet), '10.0.0.1/24');
    assert.deepEqual(leaseRange(subnet), { first: '10.0.0.2', last: '10.0.0.254' });
  });

  it('has room for one station at least', () => {
    const smallest = parseSubnet('192.168.1.252/30');
    assert.ok(smallest);
    assert.deepEqual(leaseRange(smallest), { first: '192.168.1.254', last: '192.168.1.254' });
    assert.equal(parseSubnet('10.0.0.0/31'), undefined);
  });

  it('works at the upper end of the address space', () => {
    const last = parseSubnet('255.255.255.0/24');
    assert.ok(last);
    assert.equal(routerInterface(last), '255.255.255.1/24');
    assert.deepEqual(leaseRange(last), { first: '255.255.255.2', last: '255.255.255.254' });
  });
});
