import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createUnderlay, UNDERLAY_PORT, type UnderlayEnd } from '../../runtime/host/underlay.ts';
import { refusal, until } from '../contract/driver-case.ts';

describe('the network between gateways', () => {
  const open: UnderlayEnd[] = [];
  afterEach(async () => {
    for (const end of open.splice(0)) await end.close();
  });

  /** Opens an end that writes down what it receives. */
  async function end(underlay: ReturnType<typeof createUnderlay>, address: string) {
    const got: string[] = [];
    const opened = await underlay.open(address, (peer, datagram) => got.push(`${peer}: ${Buffer.from(datagram)}`));
    open.push(opened);
    return { opened, got };
  }

  it('joins the gateways of one process over the loopback when this machine has no such addresses', async () => {
    const underlay = createUnderlay({ addresses: () => ['127.0.0.1'] });
    const [a, b] = [await end(underlay, '10.251.0.17'), await end(underlay, '10.251.0.18')];
    assert.deepEqual([a.opened.kind, b.opened.kind], ['loopback', 'loopback']);
    const buffer = Buffer.from('one');
    a.opened.send('10.251.0.18', buffer);
    buffer.write('two');
    a.opened.send('10.251.0.18', buffer);
    await until(() => b.got.length === 2, 'both datagrams');
    assert.deepEqual(b.got, ['10.251.0.17: one', '10.251.0.17: two'], 'as they were when they were sent');
    a.opened.send('10.251.0.99', buffer);
    assert.deepEqual(a.opened.counters, { sent: 2, received: 0, failed: 1, strangers: 0 });
  });

  it('keeps the gateways of another process apart, though they are drawn with the same addresses', async () => {
    const underlay = createUnderlay({ addresses: () => [] });
    const [a, b] = [await end(underlay, '10.251.0.17'), await end(underlay, '10.251.0.18')];
    const other = await end(createUnderlay({ addresses: () => [] }), '10.251.0.18');
    a.opened.send('10.251.0.18', Buffer.from('hello'));
    await until(() => b.got.length === 1, 'the datagram of a gateway');
    assert.deepEqual(other.got, [], 'the other one');
  });

  it('refuses a second end of one address, and has it free again after closing', async () => {
    const underlay = createUnderlay({ addresses: () => [] });
    const { opened } = await end(underlay, '10.251.0.17');
    assert.equal(await refusal(underlay.open('10.251.0.17', () => {})), 'GW_HOST_IO');
    await opened.close();
    opened.send('10.251.0.18', Buffer.from('late'));
    assert.equal(opened.counters.failed, 1);
    await end(underlay, '10.251.0.17');
  });

  it('uses the port of VXLAN where this machine has the address', async () => {
    const underlay = createUnderlay({ addresses: () => ['127.0.0.17', '127.0.0.18'] });
    const [a, b] = [await end(underlay, '127.0.0.17'), await end(underlay, '127.0.0.18')];
    assert.deepEqual([a.opened.kind, b.opened.kind], ['network', 'network']);
    a.opened.send('127.0.0.18', Buffer.from('hello'));
    await until(() => b.got.length === 1, 'the datagram');
    assert.deepEqual(b.got, ['127.0.0.17: hello']);
    const stranger = createSocket('udp4');
    stranger.bind(0, '127.0.0.19');
    await once(stranger, 'listening');
    stranger.send('from elsewhere', UNDERLAY_PORT, '127.0.0.18');
    await until(() => b.got.length === 2, 'what a stranger sends');
    assert.equal(b.got[1], '127.0.0.19: from elsewhere', 'who it is, is for the tunnel to judge');
    stranger.close();
  });
});
