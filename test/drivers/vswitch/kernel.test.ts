// Our end of an overlay against the kernel's: a machine with a VXLAN device of Linux talks to the router of an embedded
// gateway in another machine, and what was on the wire is judged by a program that knows the protocol.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { until } from '../../contract/driver-case.ts';
import { type Machine, type NetnsLab, netnsLab } from '../../lab/netns.ts';

const execute = promisify(execFile);
const CHILD = new URL('./gateway-process.ts', import.meta.url).pathname;
const PCAP_HEADER_BYTES = 24;

describe('an overlay between an embedded gateway and the kernel', function () {
  this.timeout(120_000);
  let lab: NetnsLab;
  let linux: Machine;
  let folder = '';
  let lines: AsyncIterator<string>;

  const status = async () => JSON.parse((await lines.next()).value) as Status;

  before(async () => {
    lab = netnsLab();
    folder = await mkdtemp(join(tmpdir(), 'gatewright-overlay-'));
    const ours = await lab.machine('cell-7');
    linux = await lab.machine('cell-8');
    await lab.cable(ours, 'und0', linux, 'und0');
    await ours.run('ip', 'address', 'add', '10.251.0.17/24', 'dev', 'und0');
    await linux.run('ip', 'address', 'add', '10.251.0.18/24', 'dev', 'und0');
    const vxlan = ['type', 'vxlan', 'id', '5001', 'local', '10.251.0.18', 'remote', '10.251.0.17', 'dstport', '4789'];
    await linux.run('ip', 'link', 'add', 'vx0', 'address', '02:00:00:00:00:08', 'mtu', '1450', ...vxlan);
    await linux.run('ip', 'address', 'add', '10.0.0.8/24', 'dev', 'vx0');
    await linux.run('ip', 'link', 'set', 'vx0', 'up');
    const { stdout } = ours.start(process.execPath, CHILD, folder);
    assert.ok(stdout !== null);
    lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    assert.equal((await status()).tunnel.through, 'network');
  });
  after(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('carries pings both ways, up to the largest packet of the segment', async () => {
    await linux.run('ping', '-c', '3', '-i', '0.2', '-W', '5', '10.0.0.1');
    await linux.run('ping', '-c', '1', '-W', '5', '-M', 'do', '-s', '1422', '10.0.0.1');
    assert.match(await linux.run('ip', 'neigh', 'show', '10.0.0.1'), /02:00:00:00:01:01/);
    let seen = await status();
    for (; seen.tunnel.received < 5; ) seen = await status();
    assert.ok(seen.tunnel.sent >= 5 && seen.tunnel.strangers === 0, JSON.stringify(seen));
    assert.deepEqual(seen.tunnel.port.stations, ['02:00:00:00:00:08']);
  });

  it('does not take frames of another network or of a gateway that is no peer', async () => {
    const other = ['type', 'vxlan', 'id', '5002', 'local', '10.251.0.18', 'remote', '10.251.0.17', 'dstport', '4789'];
    await linux.run('ip', 'link', 'add', 'vx1', ...other);
    await linux.run('ip', 'address', 'add', '10.0.1.8/24', 'dev', 'vx1');
    await linux.run('ip', 'link', 'set', 'vx1', 'up');
    await linux.attempt('ping', '-c', '1', '-W', '1', '10.0.1.1');
    await linux.run('ip', 'address', 'add', '10.251.0.66/24', 'dev', 'und0');
    await linux.run('ip', 'link', 'del', 'vx0');
    const stranger = [
      'type',
      'vxlan',
      'id',
      '5001',
      'local',
      '10.251.0.66',
      'remote',
      '10.251.0.17',
      'dstport',
      '4789',
    ];
    await linux.run('ip', 'link', 'add', 'vx2', ...stranger);
    await linux.run('ip', 'address', 'add', '10.0.0.9/24', 'dev', 'vx2');
    await linux.run('ip', 'link', 'set', 'vx2', 'up');
    assert.notEqual((await linux.attempt('ping', '-c', '1', '-W', '1', '10.0.0.1')).code, 0);
    let seen = await status();
    for (; seen.tunnel.strangers === 0 || seen.tunnel.socket.elsewhere === 0; ) seen = await status();
    assert.deepEqual(seen.tunnel.port.stations, ['02:00:00:00:00:08'], 'nobody else was heard');
    await linux.run('ip', 'link', 'del', 'vx2');
  });

  it('puts datagrams on the wire that Wireshark finds nothing wrong with', async () => {
    const file = join(folder, 'wire.pcap');
    const vxlan = ['type', 'vxlan', 'id', '5001', 'local', '10.251.0.18', 'remote', '10.251.0.17', 'dstport', '4789'];
    await linux.run('ip', 'link', 'add', 'vx3', 'address', '02:00:00:00:00:08', 'mtu', '1450', ...vxlan);
    await linux.run('ip', 'address', 'add', '10.0.0.8/24', 'dev', 'vx3');
    const dump = linux.start('tcpdump', '-U', '-i', 'und0', '-w', file, 'src 10.251.0.17 and udp port 4789');
    await until(async () => (await sizeOf(file)) >= PCAP_HEADER_BYTES, 'the recording');
    await linux.run('ip', 'link', 'set', 'vx3', 'up');
    await linux.run('ping', '-c', '2', '-i', '0.2', '-W', '5', '10.0.0.1');
    await until(async () => (await sizeOf(file)) > PCAP_HEADER_BYTES + 300, 'what was recorded');
    const ended = once(dump, 'exit');
    dump.kill('SIGTERM');
    await ended;
    const fields = ['vxlan.vni', 'vxlan.flags', 'eth.src', 'icmp.type', '_ws.expert.message', '_ws.malformed'];
    // Not the checksum of the outer UDP: a kernel leaves that to the card, and a pair of virtual ones to nobody.
    const { stdout } = await execute('tshark', [
      ...['-r', file, '-o', 'ip.check_checksum:TRUE', '-T', 'fields', '-E', 'separator=|'],
      ...fields.flatMap(field => ['-e', field]),
    ]);
    const rows = stdout
      .trim()
      .split('\n')
      .map(line => line.split('|'));
    assert.ok(rows.length >= 3, stdout);
    for (const [vni, flags, stations, , expert, malformed] of rows) {
      assert.deepEqual([vni, flags, expert, malformed], ['5001', '0x0800', '', ''], stdout);
      assert.match(stations ?? '', /,02:00:00:00:01:01$/);
    }
    assert.equal(rows.filter(([, , , type]) => type === '0').length, 2, 'two echo replies');
  });
});

interface Status {
  readonly tunnel: {
    readonly through: string;
    readonly sent: number;
    readonly received: number;
    readonly strangers: number;
    readonly socket: { readonly elsewhere: number };
    readonly port: { readonly stations: readonly string[] };
  };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    found => found.size,
    () => 0,
  );
}
