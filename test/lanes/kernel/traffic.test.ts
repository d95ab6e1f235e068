import assert from 'node:assert/strict';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FilterProgram } from '../../../runtime/lanes/filter/ir.ts';
import { kernelProblem } from '../../../runtime/lanes/kernel/kernel-code.ts';
import { type KernelFigures, KernelSegment } from '../../../runtime/lanes/kernel/kernel-segment.ts';
import { eightPorts } from '../../bench/kernel/eight-ports.ts';
import { anyIpFrame } from '../../drivers/nftables/frame.ts';
import { openWires } from '../../drivers/nftables/wire.ts';
import { netnsLab } from '../../lab/netns.ts';
import { builtAddon } from '../native/built.ts';

const [LEFT, RIGHT] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
const UDP = 17;

function udpTo(port: number): Buffer {
  const body = Buffer.alloc(26, 0x55);
  body.writeUInt16BE(40_000, 0);
  body.writeUInt16BE(port, 2);
  body.writeUInt32BE(body.length << 16, 4);
  const header = { source: '10.0.0.1', destination: '10.0.0.2', protocol: UDP };
  return anyIpFrame({ sourceMac: LEFT, targetMac: RIGHT }, header, body);
}

/** The same with a VLAN tag. */
function tagged(frame: Buffer): Buffer {
  return Buffer.concat([frame.subarray(0, 12), Buffer.of(0x81, 0, 0, 7), frame.subarray(12)]);
}

describe('a segment in the kernel', function () {
  this.timeout(60_000);
  const lab = netnsLab();
  const wires = openWires();
  after(async () => {
    await wires.close();
    await lab.close();
  });

  it('carries what its filter accepts from one device to the other, drops the rest, and counts both', async () => {
    builtAddon();
    const [box, one, other] = [await lab.machine('box'), await lab.machine('one'), await lab.machine('other')];
    await lab.cable(box, 'left', one, 'eth0');
    await lab.cable(box, 'right', other, 'eth0');
    // What they would say of their own accord.
    for (const machine of [box, one, other]) await machine.run('sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1');
    const script = fileURLToPath(new URL('./hold-segment.ts', import.meta.url));
    const holder = box.start(process.execPath, script, 'left', 'right');
    assert.ok(holder.stdout !== null);
    assert.equal(String((await once(holder.stdout, 'data'))[0]), 'ready\n');
    const from = await wires.open(one, LEFT, '10.0.0.1');
    const to = await wires.open(other, RIGHT, '10.0.0.2');
    const frames = [udpTo(9000), udpTo(9100), udpTo(9003), tagged(udpTo(9000)), udpTo(8999), udpTo(9000)];
    const marker = udpTo(9007);
    const arrived = await wires.passRouted(from, to, frames, { sent: marker, arrives: marker });
    assert.deepEqual(arrived, [udpTo(9000), udpTo(9003), udpTo(9000)]);
    holder.kill('SIGUSR2');
    const figures = JSON.parse(String((await once(holder.stdout, 'data'))[0])) as KernelFigures;
    assert.deepEqual(figures.rules, [2, 0, 0, 1, 0, 0, 0, 1]);
    assert.equal(figures.tagged, 1);
    // Nobody else is there, but the stations of a new network may speak up.
    assert.ok(figures.otherwise >= 2);
    assert.equal(figures.unreadable, 0);
  });

  it('is refused where the kernel could not do what its filter says, and where there is no such device', () => {
    const addon = builtAddon();
    const [rule] = eightPorts.rules;
    assert.ok(rule !== undefined);
    const problems: [FilterProgram, RegExp][] = [
      [{ ...eightPorts, rules: [{ ...rule, log: true }] }, /logged/],
      [{ ...eightPorts, rules: [{ ...rule, rate: { frames: 1, perMs: 1, burst: 1 } }] }, /rate/],
      [{ ...eightPorts, otherwise: { verdict: { action: 'reject', answer: 1 }, log: false } }, /answered/],
    ];
    for (const [program, why] of problems) {
      assert.match(kernelProblem(program) ?? '', why);
      assert.throws(() => new KernelSegment({ addon, program, from: [], to: 'lo' }), why);
    }
    const open = (from: string, to: string) => new KernelSegment({ addon, program: eightPorts, from: [from], to });
    assert.throws(() => open('lo', 'no-such-device'), { code: 'ENODEV' });
    assert.throws(() => open('no-such-device', 'lo'), { code: 'ENODEV' });
  });
});
