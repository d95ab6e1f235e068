import assert from 'node:assert/strict';
import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { contains, ipv4ToNumber, numberToIpv4, parseCidr, parsePortRange } from '../../runtime/model/network.ts';

/** Addresses with a prefix, and texts that are nearly such. */
const nearly = fc
  .array(fc.constantFrom('0', '1', '9', '10', '25', '255', '256', '01', '.', '/', ' ', '-', 'a', '32', '33', '٣'), {
    maxLength: 10,
  })
  .map(parts => parts.join(''));
const sound = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, prefix]) => `${ip}/${prefix}`);

describe('an address with a prefix', () => {
  it('is read exactly when its address is one and its prefix is from 0 to 32', () => {
    fc.assert(
      fc.property(fc.oneof(sound, nearly), text => {
        const [ip = '', prefix = '', ...rest] = text.split('/');
        const legal = isIPv4(ip) && /^(\d|[12]\d|3[0-2])$/.test(prefix) && rest.length === 0;
        assert.deepEqual(parseCidr(text), legal ? { address: ipv4ToNumber(ip), prefix: Number(prefix) } : undefined);
      }),
      {
        numRuns: 2_000,
        examples: [['10.0.0.1/'], ['/8'], [''], ['10.0.0.1'], ['10.0.0/8'], ['1.2.3.4.5/8'], ['1.2.3.4/08']],
      },
    );
  });

  it('has a number that gives the address back', () => {
    fc.assert(fc.property(fc.ipV4(), ip => assert.equal(numberToIpv4(ipv4ToNumber(ip)), ip)));
    assert.equal(ipv4ToNumber('255.255.255.255'), 2 ** 32 - 1);
    assert.equal(ipv4ToNumber('1.2.3.4'), 0x01020304);
  });

  it('holds the addresses that share its first bits', () => {
    const network = parseCidr('192.168.50.0/24');
    assert.ok(network !== undefined);
    assert.equal(contains(network, ipv4ToNumber('192.168.50.255')), true);
    assert.equal(contains(network, ipv4ToNumber('192.168.51.0')), false);
    assert.equal(contains({ address: 0, prefix: 0 }, ipv4ToNumber('255.0.0.1')), true);
  });
});

describe('a port or a range of ports', () => {
  it('is read when it lies in 1 to 65535 and runs forwards', () => {
    assert.deepEqual(parsePortRange('502'), { first: 502, last: 502 });
    assert.deepEqual(parsePortRange('1024-2048'), { first: 1024, last: 2048 });
    for (const text of ['0', '65536', '9-8', '-1', '1-', ' 1', '1e3', '', '1-2-3', '100000'])
      assert.equal(parsePortRange(text), undefined, text);
  });
});
