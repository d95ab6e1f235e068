// Learning the rules of a firewall on an embedded gateway, from what stations say to what passes once the rules are there.
import assert from 'node:assert/strict';
import type { Conversation } from '../../../runtime/model/conversation.ts';
import { until } from '../../contract/driver-case.ts';
import { listeningEar } from '../listening-ear.ts';
import { ipFrame, type Packet } from '../nftables/frame.ts';
import { accepting, guardedBy, local, PLC, PLC_IP, plc, ROBOT, ROBOT_IP, robot } from './guarded-cell.ts';
import { type EmbeddedGateway, type EmbeddedLab, embeddedLab, type Station } from './lab.ts';

const ACK = 0x10;

describe('learning the rules of a firewall of an embedded gateway', () => {
  let lab: EmbeddedLab;
  let gateway: EmbeddedGateway;
  let a: Station;
  let b: Station;
  beforeEach(async () => {
    lab = await embeddedLab();
    gateway = await lab.gateway('cell-7');
    await gateway.make(local, guardedBy([]), robot, plc);
    [a, b] = [lab.station(robot.address), lab.station(plc.address)];
  });
  afterEach(() => lab.close());

  /** The robot says something to the PLC. @returns whether it arrived */
  function asks(packet: Partial<Packet>): boolean {
    const ends = { source: ROBOT_IP, destination: PLC_IP, sourcePort: 40_000, destinationPort: 502 };
    a.send(ipFrame({ sourceMac: ROBOT, targetMac: PLC }, { protocol: 'tcp', ...ends, ...packet }));
    return b.got.splice(0).length > 0;
  }
  /** And the PLC to the robot. */
  function answers(packet: Partial<Packet>): boolean {
    const ends = { source: PLC_IP, destination: ROBOT_IP, sourcePort: 502, destinationPort: 40_000 };
    b.send(ipFrame({ sourceMac: PLC, targetMac: ROBOT }, { protocol: 'tcp', ...ends, ...packet }));
    return a.got.splice(0).length > 0;
  }

  async function listening(refused: boolean) {
    const ear = await listeningEar(gateway.listen, guardedBy([]).address, { firewall: 'guard', refused });
    return { ...ear, until: (packets: number) => until(() => total(ear.heard) >= packets, 'more') };
  }

  it('proposes what was refused when it shall, and what was proposed passes, and nothing else', async () => {
    const all = await listening(true);
    const passed = await listening(false);
    assert.deepEqual(
      [asks({}), asks({ protocol: 'icmp' }), answers({ protocol: 'udp', destinationPort: 123 })],
      [false, false, false],
    );
    await all.until(3);
    assert.deepEqual(passed.rules(), [], 'nothing passed');
    const rules = all.rules();
    assert.deepEqual(
      rules.map(({ id, direction, sources, destinations, ports }) => [id, direction, sources, destinations, ports]),
      [
        ['tcp-502-in', 'inbound', ['10.0.0.7/32'], ['10.0.0.8/32'], ['502']],
        ['ping-in', 'inbound', ['10.0.0.7/32'], ['10.0.0.8/32'], []],
        ['udp-123', 'outbound', ['10.0.0.8/32'], ['10.0.0.7/32'], ['123']],
      ],
    );
    await gateway.make(guardedBy(rules));
    assert.deepEqual([asks({}), answers({ reply: true })], [true, true]);
    assert.deepEqual([asks({ protocol: 'icmp' }), answers({ protocol: 'udp', destinationPort: 123 })], [true, true]);
    assert.deepEqual(
      [asks({ destinationPort: 503 }), asks({ protocol: 'udp' }), answers({ destinationPort: 40_001 })],
      [false, false, false],
    );
    await passed.until(3);
    assert.deepEqual(
      passed.rules().map(({ id }) => id),
      rules.map(({ id }) => id),
      'it went on listening when the rules changed, and hears neither answers nor what is refused',
    );
  });

  it('takes a connection that was there before for one to its server, and learns no leases', async () => {
    const { rules, until: comes } = await listening(true);
    answers({ flags: ACK });
    asks({ protocol: 'udp', sourcePort: 67, destinationPort: 68 });
    asks({ flags: ACK, destinationPort: 4_840 });
    await comes(2);
    assert.deepEqual(
      rules().map(({ id, direction, ports }) => [id, direction, ports]),
      [['tcp-502-in', 'inbound', ['502', '4840']]],
    );
  });

  it('keeps so many conversations that differ and counts the packets of others', async () => {
    const { heard, lost, stop } = await listening(true);
    for (let port = 1_000; port < 5_103; port += 1) asks({ destinationPort: port });
    await until(() => heard.length + lost() >= 4_103, 'all to be told');
    assert.deepEqual([heard.length, lost()], [4_096, 7]);
    stop();
  });

  it('hears no more when it is stopped, and ends when its policy goes', async () => {
    await gateway.make(guardedBy([accepting('in', 'any', 'inbound')]));
    const [one, other] = [await listening(false), await listening(false)];
    one.stop();
    assert.equal(asks({}), true);
    await other.until(1);
    assert.deepEqual([one.rules().length, other.rules().length, other.ended()], [0, 1, false]);
    await gateway.remove(guardedBy([]).address);
    assert.deepEqual([one.ended(), other.ended()], [false, true]);
  });

  it('is refused for a firewall that is not there', async () => {
    const order = { firewall: 'other', refused: true };
    await assert.rejects(
      gateway.listen(
        guardedBy([]).address,
        order,
        () => {},
        () => {},
      ),
      { code: 'GW_ADDRESS_UNKNOWN' },
    );
  });
});

function total(heard: readonly Conversation[]): number {
  return heard.reduce((sum, { packets }) => sum + packets, 0);
}
