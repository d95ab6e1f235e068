// Learning the rules of a firewall on the real kernel, from what guests say to what passes once the rules are there.
import assert from 'node:assert/strict';
import { ipv4ToNumber } from '../../../runtime/model/network.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { until } from '../../contract/driver-case.ts';
import { listeningEar } from '../listening-ear.ts';
import { ipFrame, type Packet } from './frame.ts';
import { type OpenDriver, openDriver } from './open-driver.ts';
import { link, policy, type Rule, rule } from './policies.ts';
import { type PolicyLab, policyLab } from './policy-lab.ts';
import { openWires, type Wire, type Wires } from './wire.ts';

const SEGMENT = 'segment.cell-7/cell-a';
const ROBOT = 'port.cell-7/robot.eth0';
const EDGE = 'edge.cell-7/plant-edge.cell-a';
const [ROBOT_MAC, PLC_MAC] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
const [ROBOT_IP, PLC_IP] = ['10.0.0.1', '10.0.0.2'];
const ACK = 0x10;

/** What is behind the edge leg is right of the firewall: what the robot begins goes outbound. */
const drawn = (...rules: readonly Rule[]) => policy([], [link('guard', EDGE, 'to-port', ...rules)]);

describe('learning the rules of a firewall of a Linux gateway', function () {
  this.timeout(120_000);
  let lab: PolicyLab;
  let driver: OpenDriver;
  let wires: Wires;
  let robot: Wire;
  let plc: Wire;
  /** Each conversation is new, so that no flow of an earlier test is known. */
  let lastPort = 40_000;

  before(async () => {
    lab = await policyLab();
    await lab.segment(SEGMENT);
    wires = openWires();
    const station = async (name: string, end: typeof ROBOT | typeof EDGE, mac: string, ip: string) =>
      wires.open(await lab.station(name, { end, segment: SEGMENT, mac, ip: `${ip}/24` }), mac, ip);
    robot = await station('robot', ROBOT, ROBOT_MAC, ROBOT_IP);
    plc = await station('plc', EDGE, PLC_MAC, PLC_IP);
    driver = await openDriver(lab);
  });
  beforeEach(async () => {
    await driver.remove(drawn());
    await driver.apply(drawn());
  });
  after(async () => {
    await driver?.close();
    await wires?.close();
    await lab?.close();
  });

  const tables = () => lab.gateway.run('nft', 'list', 'tables');
  const ears = async () => (await tables()).match(/gwh[0-9a-f]{10}/g) ?? [];

  async function passes(from: Wire, to: Wire, packet: Partial<Packet>): Promise<boolean> {
    const ends = { source: from.ip, destination: to.ip, sourcePort: ++lastPort, destinationPort: 502 };
    const frame = ipFrame({ sourceMac: from.mac, targetMac: to.mac }, { protocol: 'tcp', ...ends, ...packet });
    return (await wires.pass(from, to, [frame])).some(seen => seen.equals(frame));
  }
  const asks = (packet: Partial<Packet>) => passes(robot, plc, packet);
  const begins = (packet: Partial<Packet>) => passes(plc, robot, packet);

  function listening(refused: boolean, one: Resource<'policy'> = drawn()) {
    const listen = driver.handle.conversations?.bind(driver.handle) ?? assert.fail('nobody listens');
    return listeningEar(listen, one.address, { firewall: 'guard', refused });
  }
  const names = (rules: readonly Rule[]) => rules.map(({ id }) => id).sort();

  it('proposes what was refused when it shall, and what was proposed passes, and nothing else', async () => {
    const all = await listening(true);
    const passed = await listening(false);
    assert.deepEqual(
      [
        await asks({}),
        await asks({ protocol: 'icmp' }),
        await begins({ protocol: 'udp', destinationPort: 123 }),
        await asks({ protocol: 'udp', sourcePort: 68, destinationPort: 67 }),
      ],
      [false, false, false, true],
    );
    await until(() => all.rules().length === 3, 'three rules');
    assert.deepEqual(passed.heard, [], 'nothing passed');
    const rules = all.rules();
    assert.deepEqual(
      rules
        .map(({ id, direction, sources, destinations, ports }) => [id, direction, sources, destinations, ports])
        .sort(),
      [
        ['ping', 'outbound', ['10.0.0.1/32'], ['10.0.0.2/32'], []],
        ['tcp-502', 'outbound', ['10.0.0.1/32'], ['10.0.0.2/32'], ['502']],
        ['udp-123-in', 'inbound', ['10.0.0.2/32'], ['10.0.0.1/32'], ['123']],
      ],
      'leases need none',
    );
    await driver.apply(drawn(...rules));
    assert.deepEqual(await driver.drift(drawn(...rules)), [], 'who listens is no drift');
    assert.deepEqual(
      [
        await asks({}),
        await asks({ protocol: 'icmp' }),
        await begins({ protocol: 'udp', sourcePort: 45_000, destinationPort: 123 }),
        await asks({ protocol: 'udp', sourcePort: 123, destinationPort: 45_000 }),
      ],
      [true, true, true, true],
      'the last one is an answer',
    );
    assert.deepEqual(
      [await asks({ destinationPort: 503 }), await asks({ protocol: 'udp' }), await begins({})],
      [false, false, false],
    );
    await until(() => passed.rules().length >= 3, 'what passed');
    assert.deepEqual(names(passed.rules()), names(rules), 'it goes on when rules change, and hears no answers');
    await until(() => all.heard.length >= 9, 'all that was asked');
    assert.deepEqual(names(all.rules()), ['ping', 'tcp-502', 'tcp-502-in', 'udp-123-in', 'udp-502']);
    for (const one of [all, passed]) one.stop();
  });

  it('takes a connection that was there before for one to its server', async () => {
    const { rules, stop } = await listening(true);
    await begins({ flags: ACK, sourcePort: 4_840, destinationPort: 50_000 });
    await until(() => rules().length > 0, 'a rule');
    assert.deepEqual(
      rules().map(({ direction, sources, ports }) => [direction, sources, ports]),
      [['outbound', ['10.0.0.1/32'], ['4840']]],
    );
    stop();
  });

  it('keeps so many conversations that differ and counts the packets of others, of which none is held up', async () => {
    await driver.apply(drawn(rule('any')));
    const { heard, lost, stop } = await listening(false);
    const ends = { source: ROBOT_IP, destination: '10.0.0.77', sourcePort: 40_000 };
    const frames = Array.from({ length: 4_103 }, (_, index) =>
      ipFrame(
        { sourceMac: ROBOT_MAC, targetMac: PLC_MAC },
        { protocol: 'udp', ...ends, destinationPort: 1_000 + index },
      ),
    );
    // In portions, so that no queue on the way is too short for them.
    let arrived = 0;
    for (let at = 0; at < frames.length; at += 100)
      arrived += (await wires.pass(robot, plc, frames.slice(at, at + 100))).filter(goesTo(ends.destination)).length;
    assert.equal(arrived, frames.length);
    await until(() => heard.length + lost() >= frames.length, 'all to be told');
    assert.deepEqual([heard.length, lost()], [4_096, 7]);
    stop();
  });

  it('follows the marks of a policy whose ports are others now', async () => {
    const open = [rule('out'), rule('in', { direction: 'inbound' })];
    const more = policy([], [link('other', ROBOT, 'from-port', ...open), link('guard', EDGE, 'to-port', rule('any'))]);
    const { heard, stop } = await listening(true);
    await driver.apply(more);
    assert.deepEqual([await asks({}), await begins({})], [true, false]);
    await until(() => heard.length === 2, 'both');
    assert.deepEqual(heard.map(({ direction, source, packets }) => [direction, source, packets]).sort(), [
      ['inbound', PLC_IP, 1],
      ['outbound', ROBOT_IP, 1],
    ]);
    stop();
  });

  it('leaves nothing behind when it is stopped, when its policy goes, and when its agent was killed', async () => {
    const stopped = await listening(true);
    assert.equal((await ears()).length, 1);
    stopped.stop();
    await until(async () => (await ears()).length === 0, 'the end of its table');
    const left = await listening(true);
    await driver.remove(drawn());
    assert.deepEqual([left.ended(), await ears()], [true, []]);
    await driver.apply(drawn());
    const table = (await listening(true)) && (await ears())[0];
    const away = await listening(true, drawn());
    await lab.gateway.run('nft', 'delete', 'table', 'inet', (await ears()).find(name => name !== table) ?? '');
    await until(() => away.ended(), 'nobody hears any more');
    const second = await openDriver(lab, 'command');
    assert.deepEqual(await ears(), [], 'what a killed agent left');
    await second.close();
  });

  it('is refused for a firewall or a policy that is not there', async () => {
    const listen = (address: 'policy.cell-7/vendor-a' | 'policy.cell-7/nobody', firewall: string) =>
      driver.handle.conversations?.(
        address,
        { firewall, refused: true },
        () => {},
        () => {},
      ) ?? assert.fail();
    await assert.rejects(listen('policy.cell-7/vendor-a', 'other'), { code: 'GW_ADDRESS_UNKNOWN' });
    await assert.rejects(listen('policy.cell-7/nobody', 'guard'), { code: 'GW_ADDRESS_UNKNOWN' });
    assert.deepEqual(await ears(), []);
  });
});

function goesTo(address: string): (frame: Buffer) => boolean {
  return frame => frame.readUInt16BE(12) === 0x0800 && frame.readUInt32BE(30) === ipv4ToNumber(address);
}
