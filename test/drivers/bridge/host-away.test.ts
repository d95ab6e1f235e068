import assert from 'node:assert/strict';
import { bridge } from '../../../runtime/drivers/bridge/driver.ts';
import { deviceName, portDevice } from '../../../runtime/host/linux/device-name.ts';
import { type Machine, type NetnsLab, netnsLab } from '../../lab/netns.ts';
import { at, overlaySpec, portSpec, resource, step, type TestWorld, testWorld } from '../gateway-lab.ts';

const segment = at('segment', 'cell-7', 'cell-a');
const port = at('port', 'cell-7', 'robot-a.eth0');
const switchDevice = deviceName('gws', segment);

describe('the host behind a segment', function () {
  this.timeout(120_000);
  let lab: NetnsLab;
  let gateway: TestWorld;
  let guest: Machine;

  before(async () => {
    lab = netnsLab();
    const machine = await lab.machine('cell-7');
    guest = await lab.machine('guest');
    gateway = await testWorld(machine);
    await lab.cable(machine, 'under0', guest, 'unused0');
    await machine.run('ip', 'addr', 'add', '10.251.0.17/24', 'dev', 'under0');
    // The worst case: a host that forwards and does not check where packets come from.
    await machine.run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0');
    await (await gateway.connect(bridge, 'segment')).handle.create(resource(segment, overlaySpec()), step(1));
    await (await gateway.connect(bridge, 'port')).handle.create(resource(port, portSpec(segment)), step(1));
    await lab.cable(machine, 'guest0', guest, 'eth0');
    await machine.run('ip', 'link', 'set', 'guest0', 'master', switchDevice);
    await guest.run('ip', 'link', 'set', 'unused0', 'down');
    await guest.run('ip', 'addr', 'add', '10.0.0.11/24', 'dev', 'eth0');
    await guest.run('ip', 'route', 'add', '10.251.0.0/24', 'dev', 'eth0');
  });
  after(async () => {
    await lab.close();
    await gateway.close();
  });

  it('has no address on any device of the segment, of IPv6 neither', async () => {
    for (const device of [switchDevice, deviceName('gwx', segment), portDevice(port)])
      assert.equal(await gateway.machine.run('ip', '-o', 'addr', 'show', 'dev', device), '');
  });

  it('answers no ARP request for addresses it has elsewhere', async () => {
    assert.equal((await guest.attempt('ping', '-c1', '-W1', '10.251.0.17')).code, 1);
    assert.match(await guest.run('ip', 'neigh', 'show', '10.251.0.17'), /FAILED|INCOMPLETE/);
  });

  it('takes no packet from a guest that knows its MAC address', async () => {
    const mac = (await gateway.machine.run('cat', `/sys/class/net/${switchDevice}/address`)).trim();
    await guest.run('ip', 'neigh', 'replace', '10.251.0.17', 'lladdr', mac, 'dev', 'eth0');
    const before = await received();
    assert.equal((await guest.attempt('ping', '-c2', '-i0.2', '-W1', '10.251.0.17')).code, 1);
    assert.equal(await received(), before);
    // The same without our guard: the host would have listened.
    await gateway.machine.run('sysctl', '-qw', `net.ipv4.conf.${switchDevice}.rp_filter=0`);
    await guest.attempt('ping', '-c2', '-i0.2', '-W1', '10.251.0.17');
    assert.notEqual(await received(), before);
  });

  /** ICMP messages that reached the host's own stack [RFC 2011, icmpInMsgs]. */
  async function received(): Promise<string> {
    const lines = (await gateway.machine.run('cat', '/proc/net/snmp')).split('\n');
    return lines.filter(line => line.startsWith('Icmp:'))[1]?.split(' ')[1] ?? '';
  }
});
