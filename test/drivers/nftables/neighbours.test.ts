// A policy and everything beside it: another tenant with the same addresses, bridges and rules of the host, other uplinks.
import assert from 'node:assert/strict';
import { refusal, step } from '../../contract/driver-case.ts';
import { type Ends, ip6Frame, ipFrame, type Packet } from './frame.ts';
import { type OpenDriver, openDriver } from './open-driver.ts';
import { binding, link, policy, rule } from './policies.ts';
import { type PolicyLab, policyLab } from './policy-lab.ts';
import { openWires, type Wire, type Wires } from './wire.ts';

const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02'] as const;
const DIALOGUE = rule('dialogue', { protocol: 'udp', ports: ['502'] });

/** One pair of stations on a segment of its own. All pairs use the same MAC and IP addresses. */
interface Pair {
  readonly left: Wire;
  readonly right: Wire;
}

describe('a policy and its neighbours', function () {
  this.timeout(120_000);
  let lab: PolicyLab;
  let driver: OpenDriver;
  let wires: Wires;
  let a: Pair;
  let b: Pair;
  let foreign: Pair;

  before(async () => {
    lab = await policyLab();
    wires = openWires();
    for (const segment of ['segment.cell-7/cell-a', 'segment.cell-7/cell-b'] as const) await lab.segment(segment);
    await lab.bridge('home0');
    a = await pair('port.cell-7/a.eth0', 'edge.cell-7/edge.cell-a', 'segment.cell-7/cell-a');
    b = await pair('port.cell-7/b.eth0', 'edge.cell-7/edge.cell-b', 'segment.cell-7/cell-b');
    foreign = await pair('nic:home1', 'nic:home2', 'home0');
    driver = await openDriver(lab);
  });
  after(async () => {
    await driver?.close();
    await wires?.close();
    await lab?.close();
  });

  async function pair(left: End, right: End, on: `segment.${string}/${string}` | 'home0'): Promise<Pair> {
    const open = async (end: End, mac: string, ip: string) =>
      wires.open(await lab.station(end, { end, segment: on, mac }), mac, ip);
    return { left: await open(left, MACS[0], '10.0.0.1'), right: await open(right, MACS[1], '10.0.0.2') };
  }

  const tenantA = policy(
    [binding('port.cell-7/a.eth0', MACS[0], '10.0.0.1')],
    [link('guard', 'edge.cell-7/edge.cell-a', 'to-port', DIALOGUE)],
  );
  const inB = 'segment.cell-7/cell-b';
  const tenantB = policy(
    [{ ...binding('port.cell-7/b.eth0', MACS[0], '10.0.0.1'), segment: inB }],
    [{ ...link('guard', 'edge.cell-7/edge.cell-b', 'to-port'), segment: inB }],
    'vendor-b',
  );
  const request: Packet = {
    protocol: 'udp',
    source: '10.0.0.1',
    destination: '10.0.0.2',
    sourcePort: 40_000,
    destinationPort: 502,
  };
  const reply: Packet = {
    ...request,
    source: '10.0.0.2',
    destination: '10.0.0.1',
    sourcePort: 502,
    destinationPort: 40_000,
  };
  const crosses = async (from: Wire, to: Wire, frame: Buffer) =>
    (await wires.pass(from, to, [frame])).some(each => each.equals(frame));
  const asks = ({ left, right }: Pair, packet = request) => crosses(left, right, ipFrame(ends(left, right), packet));
  const answers = ({ left, right }: Pair) => crosses(right, left, ipFrame(ends(right, left), reply));

  it('never takes a packet for the reply to another tenant’s request with the same addresses and ports', async () => {
    await driver.apply(tenantA);
    const links = tenantB.spec.links.map(each => ({ ...each, rules: [DIALOGUE] }));
    await driver.apply({ ...tenantB, spec: { ...tenantB.spec, links } });
    assert.equal(await asks(a), true);
    // B’s rules would accept this very request too, but B has not asked.
    assert.equal(await answers(b), false, 'the flow of the other tenant counts for nothing here');
    assert.equal(await answers(a), true);
    assert.equal(await asks(b), true);
    assert.equal(await answers(b), true);
  });

  it('changes and removes one tenant without touching the other', async () => {
    await driver.apply(tenantA);
    await driver.apply(tenantB);
    const tables = async () =>
      (await driver.handle.observe()).filter(each => each.address === tenantB.address).map(each => each.spec);
    const before = await tables();
    await driver.apply({ ...tenantA, spec: { ...tenantA.spec, links: [] } });
    assert.equal(await asks(b), false);
    await driver.remove(tenantA);
    assert.equal(await asks(b), false);
    assert.deepEqual(await tables(), before);
  });

  it('gives two segments different connection-tracking zones, and keeps them', async () => {
    await driver.apply(tenantA);
    await driver.apply(tenantB);
    const zones = async () =>
      [...(await lab.gateway.run('nft', 'list', 'ruleset')).matchAll(/ct zone set (\d+)/g)].map(match => match[1]);
    const before = await zones();
    assert.equal(new Set(before).size, 2);
    await driver.apply(tenantB);
    await driver.apply(tenantA);
    assert.deepEqual(await zones(), before);
  });

  it('leaves frames of the host’s own bridges alone, with whatever mark they bear', async () => {
    await driver.apply(tenantA);
    await lab.gateway.run('nft', 'add', 'table', 'bridge', 'home');
    await lab.gateway.run('nft', '-f', await marks());
    for (const frame of [
      ip6Frame(ends(foreign.left, foreign.right)),
      ipFrame(ends(foreign.left, foreign.right), request),
    ])
      assert.equal(await crosses(foreign.left, foreign.right, frame), true);
    assert.equal(await answers(foreign), true, 'without any request');
    const listed = await lab.gateway.run('nft', 'list', 'table', 'bridge', 'home');
    assert.match(listed, /mark 0x00001267 counter packets [1-9]/, 'the host’s own mark arrives');
    assert.match(listed, /mark != 0x00001267 counter packets 0 /);
    await lab.gateway.run('nft', 'delete', 'table', 'bridge', 'home');
  });

  it('takes its mark off before a frame leaves', async () => {
    await driver.apply(tenantA);
    const device = (await lab.gateway.run('ip', '-br', 'link')).match(/gwe\w{10}/g) ?? [];
    // Only frames of the stations: on reports of the host's own IGMP the kernel keeps a length where the mark is.
    const edges = `ether saddr ${MACS[0]} oifname { ${device.join(', ')} }`;
    const file = await script(`table bridge home {
  chain last { type filter hook postrouting priority 400;
    ${edges} meta mark != 0 counter
    ${edges} counter
  }
}`);
    await lab.gateway.run('nft', '-f', file);
    assert.equal(await asks(a, { ...request, sourcePort: 40_100 }), true);
    const listed = await lab.gateway.run('nft', 'list', 'table', 'bridge', 'home');
    await lab.gateway.run('nft', 'delete', 'table', 'bridge', 'home');
    const [marked, all] = [...listed.matchAll(/counter packets (\d+)/g)].map(match => Number(match[1]));
    assert.equal(marked, 0);
    assert.ok((all ?? 0) > 0);
  });

  it('leaves host rules and the switch of the kernel in place when the last policy goes', async () => {
    await lab.gateway.run('nft', 'add', 'table', 'ip', 'mine');
    await driver.apply(tenantA);
    await driver.remove(tenantA);
    await driver.remove(tenantB);
    assert.equal((await lab.gateway.run('nft', 'list', 'tables')).trim(), 'table ip mine');
    assert.equal((await lab.gateway.run('cat', '/proc/sys/net/bridge/bridge-nf-call-iptables')).trim(), '1');
  });

  it('refuses to take over a table that bears its name and not its tag', async () => {
    await driver.apply(tenantA);
    const name = /gwt\w{10}/.exec(await lab.gateway.run('nft', 'list', 'tables'))?.[0] ?? '';
    await driver.remove(tenantA);
    await lab.gateway.run('nft', 'add', 'table', 'inet', name);
    assert.equal(await refusal(driver.handle.create(tenantA, step(1))), 'GW_HOST_UNEXPECTED');
    await driver.remove(tenantA);
    assert.match(await lab.gateway.run('nft', 'list', 'tables'), new RegExp(name), 'it is not removed either');
    await lab.gateway.run('nft', 'delete', 'table', 'inet', name);
  });

  it('finds the card of an uplink on the bridge, and says so when there is none or another one', async () => {
    const direct = policy([], [link('guard', 'uplink.cell-7/plant', 'to-port', DIALOGUE)]);
    assert.equal(await refusal(driver.handle.create(direct, step(1))), 'GW_HOST_UNEXPECTED');
    await lab.station('plant', { end: 'nic:plant0', segment: 'segment.cell-7/cell-a', mac: '02:00:00:00:00:09' });
    await driver.apply(direct);
    assert.deepEqual(await driver.drift(direct), []);
    await lab.gateway.run('ip', 'link', 'set', 'plant0', 'name', 'plant1');
    const [change, ...more] = await driver.drift(direct);
    assert.equal(change?.field, 'links[guard@uplink.cell-7/plant]');
    assert.deepEqual(more, []);
    await driver.apply(direct);
    assert.deepEqual(await driver.drift(direct), []);
    await driver.remove(direct);
  });

  async function script(text: string): Promise<string> {
    await lab.host.writeFile('/run/test.nft', text);
    return '/run/test.nft';
  }

  /** The host marks its own frames, with bits like ours, and counts what is left of the mark at the very end. */
  function marks(): Promise<string> {
    return script(`table bridge home {
  chain first { type filter hook prerouting priority -400; iifname { "home1", "home2" } meta mark set 0x1267; }
  chain last { type filter hook postrouting priority 400;
    ether saddr { ${MACS.join(', ')} } oifname { "home1", "home2" } meta mark 0x1267 counter
    ether saddr { ${MACS.join(', ')} } oifname { "home1", "home2" } meta mark != 0x1267 counter
  }
}`);
  }
});

type End = 'port.cell-7/a.eth0' | 'port.cell-7/b.eth0' | `edge.cell-7/${string}` | `nic:${string}`;

function ends(from: Wire, to: Wire): Ends {
  return { sourceMac: from.mac, targetMac: to.mac };
}
