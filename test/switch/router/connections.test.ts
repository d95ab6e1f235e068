import assert from 'node:assert/strict';
import fc from 'fast-check';
import { IP } from '../../../runtime/switch/packet/view.ts';
import { Connections, MOST_CONNECTIONS } from '../../../runtime/switch/router/connections.ts';
import { TCP, TCP_INVALID, tcpAfter } from '../../../runtime/switch/router/tcp-life.ts';

describe('the connections of a leg', () => {
  it('are found from either side, until their time is over', () => {
    const table = new Connections();
    const end = table.open(IP.udp, 10, 20, 0x0001_0002, 30, 0x0002_0007, 0);
    assert.equal(table.find(IP.udp, 10, 20, 0x0001_0002, 1), end);
    assert.equal(table.find(IP.udp, 20, 30, 0x0002_0007, 1), end + 1);
    assert.equal(table.find(IP.tcp, 10, 20, 0x0001_0002, 1), -1, 'another protocol');
    assert.equal(table.find(IP.udp, 10, 20, 0x0001_0002, 29_999), end);
    assert.equal(table.find(IP.udp, 10, 20, 0x0001_0002, 30_000), -1);
    assert.equal(table.size, 0);
  });

  it('are never more than the table holds: one without an answer goes, one with an answer stays', () => {
    const table = new Connections();
    for (let port = 0; port < MOST_CONNECTIONS; port += 1) {
      const end = table.open(IP.udp, 1, 2, port, 3, port, 0);
      if (port !== 5) table.passed(end + 1, 0, 0);
    }
    assert.notEqual(table.open(IP.udp, 9, 9, 9, 9, 9, 1), -1);
    assert.equal(table.find(IP.udp, 1, 2, 5, 1), -1, 'the one nobody answered made room');
    assert.equal(table.open(IP.udp, 8, 8, 8, 8, 8, 1), -1, 'and there is no other');
    assert.equal(table.size, MOST_CONNECTIONS);
  });

  it('are the same as in a plain map, whatever comes and goes', () => {
    const step = fc.record({ key: fc.nat(40), wait: fc.nat(20_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const table = new Connections();
        const expected = new Map<number, number>();
        let now = 0;
        for (const { key, wait } of steps) {
          now += wait;
          const found = table.find(IP.udp, key, 2, 7, now);
          assert.equal(found >= 0, (expected.get(key) ?? 0) > now);
          if (found < 0) table.open(IP.udp, key, 2, 7, 3, 0x10_0000 + key, now);
          else table.passed(found, 0, now);
          expected.set(key, now + 30_000);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('the life of a TCP connection', () => {
  const FLAGS = { fin: 17, syn: 2, synAck: 18, rst: 4, ack: 16 };

  it('goes from the handshake to the end of both directions', () => {
    let state: number = TCP.none;
    const seen = [
      [false, FLAGS.syn],
      [true, FLAGS.synAck],
      [false, FLAGS.ack],
      [false, FLAGS.fin],
      [true, FLAGS.ack],
      [true, FLAGS.fin],
      [false, FLAGS.ack],
    ].map(([reply, flags]) => {
      state = tcpAfter(state, reply as boolean, flags as number);
      return state;
    });
    const { synSent, synReceived, established, finWait, closeWait, lastAck, timeWait } = TCP;
    assert.deepEqual(seen, [synSent, synReceived, established, finWait, closeWait, lastAck, timeWait]);
  });

  it('starts with nothing but a SYN, or an ACK of a connection older than the leg', () => {
    assert.equal(tcpAfter(TCP.none, false, FLAGS.syn), TCP.synSent);
    assert.equal(tcpAfter(TCP.none, false, FLAGS.ack), TCP.established);
    for (const flags of [FLAGS.synAck, FLAGS.fin, FLAGS.rst, 0, 3])
      assert.equal(tcpAfter(TCP.none, false, flags), TCP_INVALID, `flags ${flags}`);
  });
});
