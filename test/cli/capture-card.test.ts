// The card of a VM that is recorded by a command, behind the socket of an agent, and what is learned from the file.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { connectAgent } from '../../runtime/agent/client.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { designFor } from '../../runtime/model/design.ts';
import type { PortFrame } from '../../runtime/model/port-frame.ts';
import { ipFrame } from '../drivers/nftables/frame.ts';
import { tsharkFields } from '../lab/tshark.ts';
import { type WatchedGateway, watchedGateway } from '../lab/watched-gateway.ts';
import { FakeLines } from '../server/fake-lines.ts';
import { type Ended, type Home, openHome, said } from './command.ts';
import { documentOf, failureIn } from './document.ts';
import { crowd, withFields } from './flows.ts';

const CARD = 'port.crowd/vm-0.eth0';
const HEADS = `${CARD} 96`;
const MACS = { sourceMac: '02:00:00:00:00:01', targetMac: '02:00:00:00:00:02' };
const ENDS = { source: '10.9.0.1', destination: '10.9.0.2', sourcePort: 40_000 } as const;

/** Asks to begin a connection, with data, of which only the beginning was taken. */
function asks(destinationPort: number, atUs: number): PortFrame {
  const whole = Buffer.concat([ipFrame(MACS, { protocol: 'tcp', ...ENDS, destinationPort }), Buffer.alloc(500)]);
  whole.writeUInt16BE(whole.length - 14, 16);
  return { atUs, direction: 'from-vm', length: whole.length, bytes: whole.subarray(0, 96) };
}
const FRAMES = [asks(502, 1_700_000_000_000_000), asks(502, 1_700_000_000_500_000), asks(4_840, 1_700_000_001_000_000)];

describe('the card of a VM by a command', function () {
  this.timeout(60_000);
  const lines = new FakeLines({});
  let home: Home;
  let folder = '';
  let gateway: WatchedGateway;
  before(async () => {
    home = await openHome();
    folder = await mkdtemp(join(tmpdir(), 'gatewright-card-'));
    gateway = await watchedGateway('crowd', lines, folder);
    const { design } = compile(withFields(crowd(1), 'gateway', { backend: 'linux' }), NODE_TYPES);
    const agent = await connectAgent(gateway.socketPath);
    const drawn = designFor(design, 'crowd') ?? assert.fail('no gateway');
    const { hash: planHash } = await agent.plan(drawn);
    await agent.apply({ design: drawn, planHash, onFailure: 'stop' }, () => {});
    await agent.close();
  });
  after(async () => {
    await gateway?.stop();
    await home?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const args = (...more: readonly string[]) => ['capture', ...more, '--socket', gateway.socketPath];

  it('is recorded into a file that tells all of it, and from whose heads rules are learned', async () => {
    const output = join(folder, 'card.pcapng');
    const started = home.start(args(CARD, '--output', output, '--snaplen', '96', '--count', '3', '--json'));
    await said(started, 'stderr', `Recording ${CARD}`);
    lines.pass(HEADS, FRAMES, 2);
    const ended = await started.ended;
    const { seconds, ...told } = documentOf(ended, 'capture');
    assert.deepEqual(told, {
      ...({
        version: 1,
        command: 'capture',
        ok: true,
        line: CARD,
        protocol: 'ethernet',
        format: 'pcapng',
        output,
      } as const),
      ...{ frames: 3, lost: 2, ending: 'count' },
    });
    assert.ok(seconds >= 0);
    const names = ['frame.interface_name', 'frame.packet_flags_direction', 'frame.len', 'tcp.dstport'] as const;
    assert.deepEqual(await tsharkFields(await readFile(output), ...names), [
      [CARD, '0x00000002', '554', '502'],
      [CARD, '0x00000002', '554', '502'],
      [CARD, '0x00000002', '554', '4840'],
    ]);
    const learned = await home.run(['learn', output, '--protocol', 'ip', '--inside', '10.9.0.1/32', '--json']);
    const { rules, taken } = documentOf(learned, 'learn');
    assert.deepEqual([rules.length, taken], [1, 3], learned.stdout);
    assert.match(JSON.stringify(rules), /502.*4840/);
  });

  it('goes to standard output, by its name alone, whole frames, until its end is told', async () => {
    const started = home.start(args('vm-0.eth0', '--gateway', 'crowd', '--seconds', '600'));
    await said(started, 'stderr', 'Recording');
    assert.deepEqual(lines.recorded, [`${CARD} 65535`]);
    lines.end();
    const { code, stderr, stdout } = await started.ended;
    assert.deepEqual([code, stdout.includes(CARD)], [3, true]);
    assert.match(stderr, /The card or its agent went away\. Look with gatewright observe, and record again/);
    assert.deepEqual(lines.recorded, []);
  });

  it('is named rightly, and what cannot be is told', async () => {
    const output = ['--output', join(folder, 'x')];
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [args(CARD, '--json'), /do not go into one stream; name a file by --output/],
      [args(CARD, ...output, '--format', 'candump'), /recorded as pcapng; leave --format out/],
      [args(CARD, ...output, '--end', 'device'), /--end and --direction are of lines/],
      [args(CARD, ...output, '--direction', 'in'), /--end and --direction are of lines/],
      [args(CARD, ...output, '--snaplen', '63'), /--snaplen/],
      [args(CARD, ...output, '--snaplen', '65536'), /--snaplen/],
      [args('line.crowd/bus', ...output, '--snaplen', '96'), /--snaplen is of cards of VMs/],
      [args('port.crowd/vm-0.eth9', ...output), /crowd has no card vm-0\.eth9; gatewright observe names what it has/],
      [args(CARD, ...output, '--gateway', 'shed'), /is not on shed; name one of the two/],
      [['capture', 'vm-0.eth0', ...output], /no gateway is known here/],
    ];
    const told = await Promise.all(cases.map(([words]) => home.run([...words, '--json'])));
    for (const [place, [, words]] of cases.entries()) {
      const [code, name, message] = failureIn(told[place] as Ended);
      assert.deepEqual([code, name], [2, 'USAGE'], message);
      assert.match(message, words);
    }
  });

  it('of a simulated gateway carries no packets, which is said', async () => {
    const own = await openHome();
    try {
      const flow = await own.file('flow.json', JSON.stringify(crowd(1)));
      assert.equal((await own.run(['apply', flow, '--yes'])).code, 0);
      const ended = await own.run(['capture', CARD, '--output', join(folder, 'none.pcapng'), '--json']);
      const [, code, message] = failureIn(ended);
      assert.equal(code, 'GW_KIND_UNSUPPORTED');
      assert.match(message, /carries no packets to record; choose the back end embedded or linux/);
    } finally {
      await own.remove();
    }
  });
});
