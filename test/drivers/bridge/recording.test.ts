// Recording the cards of VMs at their taps on the real kernel, behind rules of a bridge, and what is left of it: nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { recordPort } from '../../../runtime/drivers/bridge/port-recorder.ts';
import type { Host } from '../../../runtime/host/host.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { PortFrame } from '../../../runtime/model/port-frame.ts';
import { openPortCapture } from '../../../runtime/protocols/port-capture.ts';
import { until } from '../../contract/driver-case.ts';
import { tsharkFields } from '../../lab/tshark.ts';
import { at, portSpec, resource, step } from '../gateway-lab.ts';
import { ipFrame, type Packet } from '../nftables/frame.ts';
import type { TapFrame } from './tap-thread.ts';
import { PLC, ROBOT, SEGMENT, STATIONS, type TappedCell, tappedCell } from './tapped-cell.ts';

const SNAPLEN = 65_535;
/** What a firewall of the network refuses. */
const REFUSED = 503;

describe('recording the card of a VM of a Linux gateway', function () {
  this.timeout(120_000);
  let cell: TappedCell;
  const arrived: TapFrame[] = [];

  before(async () => {
    cell = await tappedCell(frame => void arrived.push(frame));
    const { machine } = cell;
    await machine.run('nft', 'add', 'table', 'bridge', 'guard');
    await machine.run('nft', 'add chain bridge guard forward { type filter hook forward priority 0; }');
    await machine.run('nft', `add rule bridge guard forward tcp dport ${REFUSED} drop`);
  });
  beforeEach(() => void arrived.splice(0));
  after(() => cell?.close());

  /** One VM says something to the other. */
  function says(from: 0 | 1, packet: Partial<Packet> = {}, sourceMac: string = STATIONS[from].mac): Buffer {
    const [sender, receiver] = [STATIONS[from], STATIONS[from === 0 ? 1 : 0]];
    const ends = { source: sender.ip, destination: receiver.ip, sourcePort: 40_000, destinationPort: 502 };
    const frame = ipFrame({ sourceMac, targetMac: receiver.mac }, { protocol: 'tcp', ...ends, ...packet });
    cell.send(from, frame);
    return frame;
  }
  const arrives = (frame: Buffer) =>
    until(() => arrived.some(each => frame.equals(each.frame)), 'the frame at the other end');

  async function recording(port: Address<'port'>, snaplen = SNAPLEN, host: Host = cell.gateway.world.host) {
    const frames: PortFrame[] = [];
    let ended = false;
    const heard = (told: readonly PortFrame[]) => void frames.push(...told.filter(isOfTest));
    const stop = await recordPort(host, port, { snaplen }, heard, () => {
      ended = true;
    });
    return {
      frames,
      stop,
      ended: () => ended,
      until: (count: number) => until(() => frames.length >= count, 'frames'),
    };
  }

  it('shows Wireshark both directions: what the VM sends before its rules, and what reaches another after them', async () => {
    const [sent, reached] = [await recording(ROBOT), await recording(PLC)];
    says(0, { destinationPort: REFUSED });
    says(0, { sourcePort: 40_001 }, '02:00:00:00:00:77');
    await arrives(says(0));
    await arrives(says(1, { sourcePort: 502, destinationPort: 40_000, reply: true }));
    await Promise.all([sent.until(4), reached.until(3)]);
    sent.stop();
    reached.stop();
    const names = ['frame.interface_name', 'frame.packet_flags_direction', 'tcp.srcport', 'tcp.dstport'] as const;
    assert.deepEqual(await tsharkFields(file(ROBOT, sent.frames), ...names), [
      [ROBOT, '0x00000002', '40000', '503'],
      [ROBOT, '0x00000002', '40001', '502'],
      [ROBOT, '0x00000002', '40000', '502'],
      [ROBOT, '0x00000001', '502', '40000'],
    ]);
    assert.deepEqual(
      await tsharkFields(file(PLC, reached.frames), ...names),
      [
        [PLC, '0x00000001', '40001', '502'],
        [PLC, '0x00000001', '40000', '502'],
        [PLC, '0x00000002', '502', '40000'],
      ],
      'what was refused never was there',
    );
    assert.ok(Math.abs(Date.now() * 1_000 - (sent.frames[0]?.atUs ?? 0)) < 120_000_000);
  });

  it('takes only the beginning of frames when that is ordered, and tells how long they were', async () => {
    const { frames, stop, until: comes } = await recording(ROBOT, 64);
    const long = Buffer.concat([says(0), Buffer.alloc(500, 7)]);
    cell.send(0, long);
    await comes(2);
    stop();
    const last = frames.at(-1);
    assert.deepEqual([last?.length, Buffer.from(last?.bytes ?? [])], [long.length, long.subarray(0, 64)]);
  });

  it('leaves no program behind when it is stopped, and none when its agent was killed, even where nothing goes by', async () => {
    const started: number[] = [];
    const host: Host = {
      ...cell.gateway.world.host,
      async start(argv, options) {
        const program = await cell.gateway.world.host.start(argv, options);
        started.push(program.pid);
        return program;
      },
    };
    const { stop } = await recording(PLC, SNAPLEN, host);
    assert.deepEqual(await Promise.all(started.map(nameOf)), ['tcpdump', 'tcpdump']);
    stop();
    for (const pid of started) await until(async () => (await nameOf(pid)) === undefined, 'its end');
    const [agent, pids] = await agentThatRecords(PLC);
    assert.deepEqual(await Promise.all(pids.map(nameOf)), ['tcpdump', 'tcpdump']);
    agent.kill('SIGKILL');
    for (const pid of pids) await until(async () => (await nameOf(pid)) === undefined, 'its end after the agent’s');
  });

  it('ends when its card goes', async () => {
    const name = at('port', 'cell-7', 'short.eth0');
    await cell.ports.create(resource(name, portSpec(SEGMENT, { mac: '02:00:00:00:00:09' })), step(1));
    const { ended } = await recording(name);
    await cell.ports.remove(name, step(2));
    await until(ended, 'the end of the recording');
  });

  it('is refused for a card that is not there, and without tcpdump says what to install', async () => {
    await assert.rejects(recording(at('port', 'cell-7', 'nobody.eth0')), { code: 'GW_ADDRESS_UNKNOWN' });
    const folder = await mkdtemp(join(tmpdir(), 'gatewright-no-tcpdump-'));
    await symlink('/usr/bin/setpriv', join(folder, 'setpriv'));
    const host: Host = {
      ...cell.gateway.world.host,
      start: (argv, options) => cell.gateway.world.host.start(['/usr/bin/env', `PATH=${folder}`, ...argv], options),
    };
    try {
      await assert.rejects(recording(ROBOT, SNAPLEN, host), {
        code: 'GW_CAPTURE_TOOL_MISSING',
        message: /tcpdump is not there; install it/,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  /** A process of its own that records in the same namespace. @returns it, and the processes that it started */
  async function agentThatRecords(port: Address<'port'>) {
    const path = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
    const script = `
      import { recordPort } from ${path('../../../runtime/drivers/bridge/port-recorder.ts')};
      import { localHost } from ${path('../../../runtime/host/local.ts')};
      const prefix = ${JSON.stringify(cell.gateway.machine.prefix)};
      const pids = [];
      const host = {
        ...localHost,
        run: (argv, options) => localHost.run([...prefix, ...argv], options),
        async start(argv, options) {
          const program = await localHost.start([...prefix, ...argv], options);
          pids.push(program.pid);
          return program;
        },
      };
      await recordPort(host, ${JSON.stringify(port)}, { snaplen: 64 }, () => {}, () => {});
      console.log(JSON.stringify(pids));
      setInterval(() => {}, 1000);`;
    const agent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(agent.stdout), 'line')) as [string];
    return [agent, JSON.parse(line) as number[]] as const;
  }
});

/** Kernels say things of their own at a card, such as who is in a group. */
function isOfTest({ bytes }: PortFrame): boolean {
  return bytes[12] === 0x08 && bytes[13] === 0x00;
}

function file(port: string, frames: readonly PortFrame[]): Buffer {
  const pieces: Uint8Array[] = [];
  const capture = openPortCapture(port, { snaplen: SNAPLEN }, piece => pieces.push(piece));
  capture.take(frames);
  capture.close(Date.now());
  return Buffer.concat(pieces);
}

/** Of the program of a process; `undefined` when it has ended, even if nobody has asked about it yet. */
async function nameOf(pid: number): Promise<string | undefined> {
  const status = (await localHost.readFile(`/proc/${pid}/status`).catch(() => undefined)) ?? '';
  return /^State:\s+Z/m.test(status) ? undefined : /^Name:\s+(\S+)/m.exec(status)?.[1];
}
