import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readFrame } from '../../../runtime/protocols/can/frame.ts';
import { SlcanAdapter } from '../../../runtime/protocols/can/slcan/adapter.ts';
import { SlcanController } from '../../../runtime/protocols/can/slcan/controller.ts';
import { MOST_LINE_BYTES, writeFrameLine } from '../../../runtime/protocols/can/slcan/line.ts';
import { SlcanReader } from '../../../runtime/protocols/can/slcan/reader.ts';
import { anyFrame, inLane } from './frames.ts';

interface Heard {
  readonly frames: Uint8Array[];
  readonly times: number[];
  readonly lines: string[];
  malformed: number;
  refusals: number;
}

/** A reader and all it told. */
function reader(): readonly [SlcanReader, Heard] {
  const heard: Heard = { frames: [], times: [], lines: [], malformed: 0, refusals: 0 };
  const made = new SlcanReader({
    frame(frame, time) {
      heard.frames.push(frame.slice());
      heard.times.push(time);
    },
    line: text => void heard.lines.push(text),
    refusal() {
      heard.refusals += 1;
    },
    malformed() {
      heard.malformed += 1;
    },
  });
  return [made, heard];
}

function hear(text: string): Heard {
  const [made, heard] = reader();
  made.take(Buffer.from(text, 'latin1'));
  return heard;
}

function lineOf(frame: Uint8Array, time = -1): Buffer {
  const into = Buffer.alloc(MOST_LINE_BYTES + 1);
  return into.subarray(0, writeFrameLine(frame, into, 0, time));
}

const anyTime = fc.oneof(fc.constant(-1), fc.nat(59_999));

describe('frames on a serial line', () => {
  it('are read as adapters write them', () => {
    const one = (line: string) => {
      const { frames, times } = hear(`${line}\r`);
      assert.equal(frames.length, 1, line);
      const { id, ext, rtr, fd, brs, data, length } = readFrame(frames[0] as Uint8Array);
      return [id, ext, rtr, fd, brs, Buffer.from(data).toString('hex'), length, times[0]];
    };
    assert.deepEqual(one('t1232AAbb'), [0x123, false, false, false, false, 'aabb', 2, -1]);
    assert.deepEqual(one('T18FEE0001ff'), [0x18fee000, true, false, false, false, 'ff', 1, -1]);
    assert.deepEqual(one('r7FF8'), [0x7ff, false, true, false, false, '', 8, -1]);
    assert.deepEqual(one('R1FFFFFFF0'), [0x1fffffff, true, true, false, false, '', 0, -1]);
    assert.deepEqual(one(`d0019${'01'.repeat(12)}`), [1, false, false, true, false, '01'.repeat(12), 12, -1]);
    assert.deepEqual(one(`B00000001F${'02'.repeat(64)}`), [1, true, false, true, true, '02'.repeat(64), 64, -1]);
    assert.deepEqual(one('t100111EA5F'), [0x100, false, false, false, false, '11', 1, 59_999]);
  });

  const none = [
    't',
    't12',
    't123',
    't8001FF',
    't1239',
    't1231',
    't12310',
    't1231001',
    't123100EA60',
    't123G',
    't1231 0',
  ];
  for (const line of [
    ...none,
    'T123100',
    'T200000000',
    'r1231FF',
    'R1FFFFFFF',
    `d123F${'00'.repeat(63)}`,
    't123100\n',
    't1231é0',
  ])
    it(`are not ${JSON.stringify(line).slice(0, 30)}, which is counted; the next one is read`, () => {
      const { frames, malformed, lines } = hear(`${line}\rt0010\r`);
      assert.deepEqual([frames.length, malformed, lines], [1, 1, []]);
    });

  it('come through whole and in order, however the stream is cut', () => {
    const cases = fc.tuple(fc.array(fc.tuple(anyFrame, anyTime), { maxLength: 12 }), fc.infiniteStream(fc.nat(30)));
    fc.assert(
      fc.property(cases, ([sent, cuts]) => {
        const stream = Buffer.concat(sent.map(([frame, time]) => lineOf(inLane(frame), time)));
        const [made, heard] = reader();
        for (let at = 0; at < stream.length; ) {
          const end = at + 1 + (cuts.next().value ?? 0);
          made.take(stream.subarray(at, end));
          at = end;
        }
        // What the line has no letter for: whether the sender is error passive.
        assert.deepEqual(
          heard.frames.map(readFrame),
          sent.map(([frame]) => ({ ...frame, esi: false })),
        );
        assert.deepEqual(
          heard.times,
          sent.map(([, time]) => time),
        );
        assert.equal(heard.malformed, 0);
      }),
    );
  });

  it('are read or counted whatever the line says, in bounded memory', () => {
    const near = fc.stringMatching(/^[tTrRdDbB][0-9A-F]{0,14}$/);
    const noise = fc.oneof(
      near,
      fc.string({ maxLength: 300, unit: 'binary' }),
      fc.constantFrom('\r', '\x07', 'O\r', 't1230\r'),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 20 }), pieces => {
        const { frames, lines } = hear(pieces.join('\r'));
        for (const frame of frames) assert.ok(readFrame(frame));
        for (const line of lines) assert.ok(line.length <= MOST_LINE_BYTES && /^[ -~]*$/.test(line));
      }),
      { numRuns: 300 },
    );
    const endless = hear('t'.repeat(100_000));
    assert.deepEqual([endless.frames.length, endless.malformed], [0, 0]);
  });

  it('are lost with the half line that a refusal interrupts', () => {
    const { frames, malformed, refusals } = hear('t12\x07t0010\r\x07');
    assert.deepEqual([frames.length, malformed, refusals], [1, 1, 2]);
  });
});

describe('the adapter that a guest thinks it has', () => {
  const open = (state?: 'open') => {
    const said: string[] = [];
    const frames: Uint8Array[] = [];
    const counts = { malformed: 0, refused: 0 };
    const adapter = new SlcanAdapter(
      {
        frame: frame => void frames.push(frame.slice()),
        answer: bytes => void said.push(Buffer.from(bytes).toString('latin1')),
        malformed: () => {
          counts.malformed += 1;
        },
        refused: () => {
          counts.refused += 1;
        },
      },
      state === undefined ? {} : { state },
    );
    const tell = (text: string) => {
      said.length = 0;
      adapter.take(Buffer.from(text, 'latin1'));
      return said.join('');
    };
    return { adapter, tell, frames, counts };
  };

  it('is set up, opened and closed, and answers each command', () => {
    const { adapter, tell, frames } = open();
    assert.equal(tell('\r\r\r'), '', 'empty lines say nothing');
    assert.equal(tell('C\r'), '\x07', 'it is closed already');
    assert.equal(tell('S6\r'), '\r');
    assert.deepEqual([adapter.bitRate, adapter.state], [500_000, 'closed']);
    assert.equal(tell('Z1\r'), '\r');
    assert.equal(adapter.timestamps, true);
    assert.equal(tell('t1230\r'), '\x07', 'a closed channel sends nothing');
    assert.equal(tell('V\rN\rF\r'), 'V1013\rNGW01\r\x07');
    assert.equal(tell('O\r'), '\r');
    assert.equal(tell('O\r'), '\x07', 'it is open already');
    assert.equal(tell('t1230\rT000000010\r'), '\r\r');
    assert.equal(frames.length, 2);
    assert.equal(tell('F\rS5\rZ0\r'), 'F00\r\x07\x07', 'an open channel keeps its speed');
    assert.equal(tell('C\r'), '\r');
    assert.equal(tell('L\r'), '\r');
    assert.equal(tell('t1230\r'), '\x07', 'who only listens sends nothing');
    assert.equal(frames.length, 2);
  });

  it('refuses what is no command, and counts it', () => {
    const { tell, counts } = open();
    for (const wrong of ['S9', 'S', 'S66', 's12', 'O1', 'Z2', 'Q0', 'M1', 'Y0', 'open', 'X0'])
      assert.equal(tell(`${wrong}\r`), '\x07', wrong);
    assert.equal(counts.refused, 11);
    assert.equal(tell(`t12\r${'x'.repeat(500)}\r`), '\x07\x07');
    assert.equal(counts.malformed, 2);
    assert.equal(tell('Y2\rM00000000\rmFFFFFFFF\rs031C\rX1\r'), '\r\r\r\r\r');
  });

  it('is open for a guest that opened it before we started, and stays as it is when the line is cut', () => {
    const { adapter, tell, frames } = open('open');
    assert.equal(tell('t1230\rt12'), '\r');
    adapter.reset();
    assert.equal(tell('t1240\r'), '\r');
    assert.deepEqual(
      frames.map(frame => readFrame(frame).id),
      [0x123, 0x124],
    );
  });
});

describe('an adapter at a serial line of ours', () => {
  /** A controller that talks to an adapter; both at once, without a stream. */
  const pair = (
    options: Partial<ConstructorParameters<typeof SlcanController>[1]> = {},
    says: 'all' | 'nothing' | 'no' = 'all',
  ) => {
    const arrived: Uint8Array[] = [];
    const onBus: Uint8Array[] = [];
    const written: string[] = [];
    const timers: (() => void)[] = [];
    const adapter = new SlcanAdapter({
      frame: frame => void onBus.push(frame.slice()),
      answer: bytes => queueMicrotask(() => controller.take(bytes)),
      malformed: () => {},
      refused: () => {},
    });
    const controller = new SlcanController(
      {
        frame: frame => void arrived.push(frame.slice()),
        write(bytes) {
          written.push(Buffer.from(bytes).toString('latin1'));
          if (says === 'all') adapter.take(bytes);
          if (says === 'no') queueMicrotask(() => controller.take(Uint8Array.of(7)));
        },
      },
      {
        bitRate: 250_000,
        // The pause after the empty lines is over at once; the patience with an adapter never, unless the test says so.
        after(ms, call) {
          if (ms < 1_000) queueMicrotask(call);
          else timers.push(call);
          return () => {};
        },
        ...options,
      },
    );
    return { controller, adapter, arrived, onBus, written, timers };
  };

  it('is closed, given its speed and opened, in this order', async () => {
    const { controller, adapter, written } = pair({ timestamps: true });
    await controller.open();
    assert.equal(written.join(''), '\r\r\rC\rS5\rZ1\rO\r');
    assert.deepEqual([adapter.state, adapter.bitRate, adapter.timestamps], ['open', 250_000, true]);
    await controller.close();
    assert.equal(adapter.state, 'closed');
  });

  it('carries frames both ways while it is open', async () => {
    const { controller, arrived, onBus } = pair();
    const frame = inLane({
      id: 5,
      ext: false,
      rtr: false,
      fd: false,
      brs: false,
      esi: false,
      data: Uint8Array.of(1),
      length: 1,
    });
    assert.equal(controller.send(frame), false, 'not open yet');
    controller.take(lineOf(frame));
    assert.equal(arrived.length, 0);
    await controller.open();
    assert.ok(controller.send(frame));
    controller.take(lineOf(frame));
    assert.deepEqual(
      [onBus, arrived],
      [[Buffer.from(frame)].map(each => new Uint8Array(each)), [new Uint8Array(frame)]],
    );
    assert.deepEqual(controller.counters, { received: 2, sent: 1, malformed: 0, refused: 0 });
  });

  it('only listens when it shall', async () => {
    const { controller, adapter } = pair({ listenOnly: true });
    await controller.open();
    assert.equal(adapter.state, 'listening');
    assert.equal(controller.send(new Uint8Array(16)), false);
  });

  it('that says nothing, or refuses, is named with the command', async () => {
    const { controller, timers } = pair({}, 'nothing');
    const opened = assert.rejects(controller.open(), /does not answer C; is it one/);
    while (timers.length === 0) await new Promise(setImmediate);
    timers[0]?.();
    await opened;
    await assert.rejects(pair({}, 'no').controller.open(), /the adapter refuses S5/);
    assert.throws(() => pair({ bitRate: 123 }), /not 123/);
  });
});
