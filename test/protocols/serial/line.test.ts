import assert from 'node:assert/strict';
import { isGatewrightError } from '../../../runtime/model/errors.ts';
import { SerialLine } from '../../../runtime/protocols/serial/line.ts';
import { serial } from '../../../runtime/protocols/serial/protocol.ts';
import { type TestDevice, testDevice } from './device.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise(resolve => setTimeout(resolve, 2));
}

describe('a serial line', () => {
  let device: TestDevice;
  const lines: SerialLine[] = [];

  /** A line with all that it received and said. */
  function lineOn(path: string, more: Record<string, unknown> = {}) {
    const got: Uint8Array[] = [];
    const downs: unknown[] = [];
    let rooms = 0;
    const line = new SerialLine(
      // The schema wants a device; what socat makes has its lasting name elsewhere.
      { ...serial.options.parse({ path: '/dev/null', againMs: 10, againMostMs: 40, ...more }), path },
      {
        received: piece => got.push(piece),
        down: why => downs.push(why),
        room: () => {
          rooms += 1;
        },
      },
    );
    lines.push(line);
    line.start();
    const text = () => Buffer.concat(got).toString('latin1');
    return { line, downs, text, rooms: () => rooms };
  }

  function accounted({ counters, waits }: SerialLine): void {
    const { offered, txBytes, droppedFull, droppedDown, droppedLost } = counters;
    assert.equal(offered, txBytes + droppedFull + droppedDown + droppedLost + waits);
  }

  beforeEach(async () => {
    device = await testDevice();
  });
  afterEach(async () => {
    device.letGo();
    await Promise.all(lines.splice(0).map(line => line.close()));
    await device.close();
  });

  it('carries bytes both ways, every value, and counts them', async () => {
    const { line, text } = lineOn(device.path);
    await until(() => line.state === 'open');
    const all = Uint8Array.from({ length: 256 }, (_, value) => value);
    const memory = Uint8Array.from(all);
    assert.ok(line.write(memory));
    // The sender may use its memory again at once.
    memory.fill(0);
    device.say(all);
    await until(() => device.heard.length === 256 && text().length === 256);
    assert.deepEqual(new Uint8Array(device.heard), all);
    assert.equal(text(), Buffer.from(all).toString('latin1'));
    assert.deepEqual([line.counters.txBytes, line.counters.rxBytes, line.counters.opened], [256, 256, 1]);
    accounted(line);
  });

  it('holds the port for itself alone; a second owner is told so and gets it when it is free', async () => {
    const first = lineOn(device.path);
    await until(() => first.line.state === 'open');
    const second = lineOn(device.path);
    await until(() => second.downs.length > 0);
    const [why] = second.downs;
    assert.ok(isGatewrightError(why) && why.code === 'GW_SERIAL_DOWN', String(why));
    assert.match(why.message, /another program has it open/);
    await first.line.close();
    await until(() => second.line.state === 'open');
    second.line.write(bytes('mine'));
    await until(() => device.heard.includes('mine'));
  });

  it('opens the port again after the adapter was pulled out and plugged in, and sends no old bytes then', async () => {
    const { line, text, downs } = lineOn(device.path);
    await until(() => line.state === 'open');
    line.write(bytes('before'));
    await until(() => device.heard.includes('before'));
    await device.unplug();
    await until(() => line.counters.failed > 1);
    assert.equal(line.counters.lost, 1);
    assert.equal(line.write(bytes('nobody')), false);
    assert.equal(line.counters.droppedDown, 6);
    await device.plug();
    await until(() => line.state === 'open');
    line.write(bytes('after'));
    device.say(bytes('again'));
    await until(() => device.heard.length >= 5 && text().length >= 5);
    assert.deepEqual([device.heard.toString(), text(), line.counters.opened], ['after', 'again', 2]);
    assert.ok(downs.length > 2);
    accounted(line);
  });

  it('notices that the kernel hung the port up, at rest and at any moment of traffic', async () => {
    const { line } = lineOn(device.path);
    // Between two reads npm serialport does not notice it itself; so the moments differ.
    for (let turns = 0; turns < 24; turns += 1) {
      await until(() => line.state === 'open');
      const { lost } = line.counters;
      if (turns > 0) device.say(Buffer.alloc(500 * turns, 1));
      if (turns % 8 === 7) line.write(Buffer.alloc(2_000, 2));
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
      device.hangUp();
      await until(() => line.counters.lost === lost + 1);
      accounted(line);
      await device.unplug();
      await device.plug();
    }
    await until(() => line.state === 'open');
    line.write(bytes('well'));
    await until(() => device.heard.includes('well'));
  });

  it('keeps a queue of fixed size: what does not fit is refused and counted, and it tells when there is room', async () => {
    const { line, rooms } = lineOn(device.path, { queueBytes: 4_096 });
    await until(() => line.state === 'open');
    device.hold();
    // The kernel and socat take some before anything waits.
    while (line.write(Buffer.alloc(512, 3))) await new Promise(setImmediate);
    assert.ok(line.waits <= 4_096 && line.waits > 3_584);
    assert.equal(line.counters.droppedFull, 512);
    assert.equal(rooms(), 0);
    device.letGo();
    await until(() => line.waits === 0);
    assert.equal(rooms(), 1);
    await until(() => device.heard.length === line.counters.txBytes);
    assert.ok(line.write(bytes('more')));
    accounted(line);
  });

  it('reads nothing while it is paused, and loses nothing by it', async () => {
    const { line, text } = lineOn(device.path);
    await until(() => line.state === 'open');
    line.pause();
    device.say(Buffer.alloc(100_000, 'x'));
    line.write(bytes('still sends'));
    await until(() => device.heard.includes('still sends'));
    assert.equal(text(), '');
    line.resume();
    await until(() => text().length === 100_000);
  });

  it('frees the port when it is closed, whatever the device does: after a time-out, with bytes that wait, while it opens', async () => {
    const stuck = lineOn(device.path, { queueBytes: 65_536 });
    await until(() => stuck.line.state === 'open');
    device.hold();
    while (stuck.line.write(Buffer.alloc(4_096))) await new Promise(setImmediate);
    await stuck.line.close();
    assert.ok(stuck.line.counters.droppedLost > 0);
    accounted(stuck.line);
    assert.equal(stuck.line.write(bytes('late')), false);

    const opening = lineOn(device.path);
    await Promise.all([opening.line.close(), opening.line.close()]);
    assert.equal(opening.line.state, 'closed');

    device.letGo();
    const next = lineOn(device.path);
    await until(() => next.line.state === 'open');
    assert.deepEqual(next.downs, []);
  });

  it('sends what waits before it closes', async () => {
    const { line } = lineOn(device.path);
    await until(() => line.state === 'open');
    for (let turn = 0; turn < 16; turn += 1) line.write(Buffer.alloc(4_000, 5));
    await line.close();
    await until(() => device.heard.length === 64_000);
    assert.deepEqual([line.counters.txBytes, line.counters.droppedLost, line.counters.lost], [64_000, 0, 0]);
  });

  it('says that a port without RS-485 in its driver cannot switch the direction, and frees it', async () => {
    const { line, downs } = lineOn(device.path, { direction: 'kernel' });
    await until(() => downs.length > 1);
    assert.deepEqual(
      downs.slice(0, 2).map(why => isGatewrightError(why) && why.code),
      ['GW_SERIAL_DIRECTION', 'GW_SERIAL_DIRECTION'],
    );
    assert.equal(line.counters.opened, 0);
    await line.close();
    const other = lineOn(device.path);
    await until(() => other.line.state === 'open');
  });
});
