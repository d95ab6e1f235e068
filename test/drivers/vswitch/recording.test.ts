// Recording the cards of VMs of an embedded gateway: what Wireshark reads is what was at the card, and nothing of others.
import assert from 'node:assert/strict';
import type { PortFrame } from '../../../runtime/model/port-frame.ts';
import { openPortCapture } from '../../../runtime/protocols/port-capture.ts';
import { until } from '../../contract/driver-case.ts';
import { withSpec } from '../../contract/samples.ts';
import { tsharkFields } from '../../lab/tshark.ts';
import { ipFrame, type Packet } from '../nftables/frame.ts';
import { local, modbusOnly, PLC, PLC_IP, plc, ROBOT, ROBOT_IP, robot } from './guarded-cell.ts';
import { type EmbeddedGateway, type EmbeddedLab, embeddedLab, type Station } from './lab.ts';

describe('recording the card of a VM of an embedded gateway', function () {
  this.timeout(60_000);
  let lab: EmbeddedLab;
  let gateway: EmbeddedGateway;
  let a: Station;
  let b: Station;
  beforeEach(async () => {
    lab = await embeddedLab();
    gateway = await lab.gateway('cell-7');
    await gateway.make(local, modbusOnly, robot, plc);
    [a, b] = [lab.station(robot.address), lab.station(plc.address)];
  });
  afterEach(() => lab.close());

  function asks(packet: Partial<Packet>, trailer = 0): Buffer {
    const ends = { source: ROBOT_IP, destination: PLC_IP, sourcePort: 40_000, destinationPort: 502 };
    const packed = ipFrame({ sourceMac: ROBOT, targetMac: PLC }, { protocol: 'tcp', ...ends, ...packet });
    const frame = Buffer.concat([packed, Buffer.alloc(trailer, 7)]);
    a.send(frame);
    return frame;
  }
  function answers(): void {
    const ends = { source: PLC_IP, destination: ROBOT_IP, sourcePort: 502, destinationPort: 40_000 };
    b.send(ipFrame({ sourceMac: PLC, targetMac: ROBOT }, { protocol: 'tcp', ...ends, reply: true }));
  }

  async function recording(port: typeof robot.address, snaplen = 65_535) {
    const frames: PortFrame[] = [];
    let lost = 0;
    let ended = false;
    const stop = await gateway.tapPort(
      port,
      { snaplen },
      (heard, missed) => {
        frames.push(...heard);
        lost += missed;
      },
      () => {
        ended = true;
      },
    );
    return { frames, stop, lost: () => lost, ended: () => ended };
  }

  function file(port: string, frames: readonly PortFrame[], snaplen = 65_535): Buffer {
    const pieces: Uint8Array[] = [];
    const capture = openPortCapture(port, { snaplen }, piece => pieces.push(piece));
    capture.take(frames);
    capture.close(Date.now());
    return Buffer.concat(pieces);
  }

  it('shows Wireshark both directions: what the VM sends before its rules, and what reaches another after them', async () => {
    const [sent, reached] = [await recording(robot.address), await recording(plc.address)];
    asks({});
    asks({ destinationPort: 503 });
    answers();
    sent.stop();
    reached.stop();
    const names = ['frame.interface_name', 'frame.packet_flags_direction', 'tcp.dstport'] as const;
    const [own, other] = [file(robot.address, sent.frames), file(plc.address, reached.frames)];
    assert.deepEqual(await tsharkFields(own, ...names), [
      [robot.address, '0x00000002', '502'],
      [robot.address, '0x00000002', '503'],
      [robot.address, '0x00000001', '40000'],
    ]);
    assert.deepEqual(
      await tsharkFields(other, ...names),
      [
        [plc.address, '0x00000001', '502'],
        [plc.address, '0x00000002', '40000'],
      ],
      'what the firewall refused never was there',
    );
    const times = sent.frames.map(({ atUs }) => atUs);
    assert.deepEqual(times, times.toSorted());
    assert.ok(Math.abs(Date.now() * 1_000 - (times[0] ?? 0)) < 60_000_000, 'in microseconds since 1970');
  });

  it('takes only the beginning of frames when that is ordered, and tells how long they were', async () => {
    const { frames, stop } = await recording(robot.address, 64);
    const frame = asks({}, 400);
    stop();
    assert.deepEqual(
      frames.map(({ bytes, length }) => [Buffer.from(bytes).toString('hex'), length]),
      [[frame.subarray(0, 64).toString('hex'), frame.length]],
    );
    const told = await tsharkFields(file(robot.address, frames, 64), 'frame.len', 'frame.cap_len', 'tcp.dstport');
    assert.deepEqual(told, [[String(frame.length), '64', '502']]);
  });

  it('keeps so much until it is told, counts the rest, and holds no frame up', async () => {
    const { frames, lost, stop } = await recording(robot.address);
    for (let count = 0; count < 40_000; count += 1) asks({});
    assert.equal(b.got.length, 40_000);
    await until(() => frames.length + lost() === 40_000, 'all to be told');
    assert.ok(frames.length > 1_000 && lost() > 1_000, `${frames.length} heard, ${lost()} lost`);
    asks({});
    stop();
    assert.equal(frames.length + lost(), 40_001, 'it goes on afterwards');
  });

  it('hears nothing of what others say to each other, nothing after it was stopped, and ends when its port goes', async () => {
    const one = await recording(plc.address);
    const other = await recording(plc.address);
    asks({ destinationPort: 503 });
    one.stop();
    asks({});
    await until(() => other.frames.length === 1, 'the frame of the other');
    assert.deepEqual([one.frames.length, one.ended(), other.ended()], [0, false, false]);
    await gateway.remove(plc.address);
    assert.deepEqual([one.ended(), other.ended()], [false, true]);
  });

  it('goes on when rules change, and when the segment is another one', async () => {
    const { frames, stop, ended } = await recording(robot.address);
    await gateway.make(withSpec(local, { mtu: 1_400 }), modbusOnly);
    await gateway.remove(local.address);
    await gateway.make(local);
    asks({});
    stop();
    assert.deepEqual([frames.length, ended()], [1, false]);
  });

  it('is refused for a card that is not there', async () => {
    await assert.rejects(recording('port.cell-7/nobody.eth0'), { code: 'GW_ADDRESS_UNKNOWN' });
  });
});
