import assert from 'node:assert/strict';
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import type { TappedFrame } from '../../../runtime/lanes/memory/ring-tap.ts';
import { PcapngReader } from '../../../runtime/lanes/recording/pcapng/reader.ts';
import type { LinkFigures, RecordedFrame } from '../../../runtime/lanes/recording/recorded-frame.ts';
import { Recording } from '../../../runtime/lanes/recording/recording.ts';
import { simPort, until, withEngine } from '../engine/world.ts';
import { portIn, portOut, tap, wires } from '../segment/graphs.ts';

const tapped = (port: number, ...bytes: number[]): TappedFrame => ({
  ...{ bytes: Uint8Array.from(bytes), port, tenant: 1, mark: 0, time: 1_700_000_000_000_000 + port, tag: 0 },
});

function recording(mostBytes?: number) {
  const pieces: Uint8Array[] = [];
  const write = (bytes: Uint8Array) => void pieces.push(bytes);
  const made = new Recording(mostBytes === undefined ? { write } : { write, mostBytes });
  const read = () => {
    const [frames, figures]: [RecordedFrame[], LinkFigures[]] = [[], []];
    const reader = new PcapngReader({
      frame: frame => void frames.push(frame),
      figures: each => void figures.push(each),
    });
    reader.take(Buffer.concat(pieces));
    assert.equal(reader.end(), 0);
    return { frames, figures };
  };
  return { made, read, bytes: () => pieces.reduce((sum, piece) => sum + piece.length, 0) };
}

describe('a recording of taps', () => {
  it('has the frames of several links, the way they went, and what the taps lost', () => {
    const { made, read } = recording();
    const bus = made.link('bus', 'bytes');
    const line = made.link('line', 'modbus', port => (port === 1 ? 'to-device' : 'from-device'));
    bus.take([tapped(7, 1)]);
    line.take([tapped(1, 2), tapped(2, 3)]);
    line.lost(4);
    line.lost(9);
    made.close(0);
    const { frames, figures } = read();
    const seen = frames.map(({ link, class: name, direction, bytes, time }) => [
      link,
      name,
      direction,
      [...bytes],
      time % 10,
    ]);
    assert.deepEqual(seen, [
      ['bus', 'bytes', undefined, [1], 7],
      ['line', 'modbus', 'to-device', [2], 1],
      ['line', 'modbus', 'from-device', [3], 2],
    ]);
    assert.deepEqual(figures, [
      { link: 'bus', recorded: 1, lost: 0 },
      { link: 'line', recorded: 2, lost: 9 },
    ]);
  });

  it('ends when it is as large as it may be; then frames count as lost', () => {
    const { made, read, bytes } = recording(2_000);
    const bus = made.link('bus', 'bytes');
    for (let count = 0; count < 100; count += 1) bus.take([tapped(1, ...new Uint8Array(100))]);
    assert.ok(made.full);
    assert.ok(bytes() < 2_300, `${bytes()} bytes`);
    made.close(0);
    const { frames, figures } = read();
    assert.deepEqual(figures, [{ link: 'bus', recorded: frames.length, lost: 100 - frames.length }]);
    assert.ok(frames.length > 5 && frames.length < 20, `${frames.length} frames`);
  });

  it('counts what is no frame of its link as lost, and ignores taps once it is closed', () => {
    const { made, read } = recording();
    const can = made.link('can', 'can');
    can.take([tapped(1, 1, 2, 3), tapped(1, ...new Uint8Array(16))]);
    made.close(0);
    can.take([tapped(1, ...new Uint8Array(16))]);
    can.lost(5);
    assert.deepEqual(read().figures, [{ link: 'can', recorded: 1, lost: 1 }]);
  });

  it('of a running lane has every frame once, in order', async () => {
    const { made, read } = recording();
    const link = made.link('wire', 'bytes');
    const engine = new LaneEngine();
    await withEngine(engine, async () => {
      const graph = { nodes: [portIn('in'), portOut('out'), tap('tap')], wires: wires('in tap', 'in out') };
      await engine.deploy({ graph, ports: [simPort('sink', {}, undefined, 'out')] });
      const bridge = engine.tap('tap', frames => link.take(frames));
      const injector = engine.injector('in');
      for (let number = 0; number < 500; number += 1) {
        assert.ok(injector.put(Uint8Array.of(number >> 8, number & 255)));
        if (number % 50 === 0) await until(() => bridge.taken + bridge.lost >= number - 50);
      }
      await until(() => bridge.taken + bridge.lost === 500);
      link.lost(bridge.lost);
    });
    made.close(0);
    const { frames, figures } = read();
    assert.deepEqual(figures, [{ link: 'wire', recorded: 500, lost: 0 }]);
    assert.deepEqual(
      frames.map(({ bytes: [high = 0, low = 0] }) => high * 256 + low),
      Array.from({ length: 500 }, (_, number) => number),
    );
  });
});
