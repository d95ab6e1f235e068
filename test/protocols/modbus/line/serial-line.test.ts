// A serial line, whose answers do not say which request they are for.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rtuFrame } from '../../../../runtime/protocols/modbus/adu/frames.ts';
import { buildRequest } from '../../../../runtime/protocols/modbus/pdu/request.ts';
import { exceptionPdu } from '../../../../runtime/protocols/modbus/pdu/response.ts';
import { bytes, hostileBytes } from '../arbitraries.ts';
import { honest, prompt, type Rig, rig, type Slave } from './rig.ts';

const RTU = { carrier: 'rtu', answerMs: 100, turnaroundMs: 10, retries: 0 } as const;
/** A breaker that never opens, where it is not what is tested. */
const PATIENT = { ...RTU, breaker: { failures: 1_000, coolMs: 1, coolMostMs: 1 } } as const;
const write = (address: number, value = 1) => buildRequest({ function: 6, address, value });

const rigs: Rig[] = [];
function serial(slave: Slave, options: Parameters<typeof rig>[0] = PATIENT): Rig {
  const made = rig(options, slave);
  rigs.push(made);
  return made;
}

/** A slave that is late with its first answer. */
function lateOnce(ms: number, probe: 'echo' | 'refuse' | 'silent'): Slave {
  let first = true;
  return (asked, { clock }) => {
    const answer = asked.pdu[0] === 8 && probe === 'refuse' ? exceptionPdu(8, 1) : honest(asked.pdu);
    if (asked.pdu[0] === 8 && probe === 'silent') return;
    if (first) clock.after(ms, () => asked.reply(answer));
    else asked.reply(answer);
    first = false;
  };
}

describe('a serial Modbus line', () => {
  afterEach(async () => {
    for (const { line } of rigs.splice(0)) await line.close();
  });

  it('never lets a late answer become the answer of another request', async () => {
    // yaacov/node-modbus-serial does: a slave 50 ms late gives register 100's value for register 200, without an error.
    for (const probe of ['echo', 'refuse', 'silent'] as const)
      for (const late of [105, 150, 195, 250]) {
        const { clock, read, line } = serial(lateOnce(late, probe));
        await clock.pass(1);
        const got = [await clock.until(read(1, 100)), await clock.until(read(1, 200)), await clock.until(read(1, 400))];
        assert.deepEqual(got, ['GW_MODBUS_SILENT', 200, 400], `${late} ms late, ${probe}`);
        assert.equal(line.counters.probes, 1);
      }
  });

  it('asks a unit that answers probes whether it is in step, however long nothing was asked since it was late', async () => {
    for (const probe of ['echo', 'refuse'] as const) {
      const held: (() => void)[] = [];
      let first = true;
      // As a serial server that holds an answer until the line is used again.
      const slave: Slave = asked => {
        const answer = asked.pdu[0] === 8 && probe === 'refuse' ? exceptionPdu(8, 1) : honest(asked.pdu);
        for (const reply of held.splice(0)) reply();
        if (first) held.push(() => asked.reply(answer));
        else asked.reply(answer);
        first = false;
      };
      const { clock, read, line } = serial(slave);
      await clock.pass(1);
      const silent = await clock.until(read(1, 100));
      await clock.pass(60_000);
      const got = [silent, await clock.until(read(1, 200)), await clock.until(read(1, 400))];
      assert.deepEqual(got, ['GW_MODBUS_SILENT', 200, 400], probe);
      assert.equal(line.counters.probes, 1);
    }
  });

  it('probes a unit again that could answer probes before, and asks nothing mistakable of it until it does', async () => {
    let late = 0;
    const slave: Slave = (asked, { clock }) => {
      if (late > 0) clock.after(150, () => asked.reply(honest(asked.pdu)));
      else asked.reply(honest(asked.pdu));
      late -= 1;
    };
    const { clock, read, line, asked } = serial(slave);
    await clock.pass(1);
    late = 1;
    assert.deepEqual([await clock.until(read(1, 100)), await clock.until(read(1, 200))], ['GW_MODBUS_SILENT', 200]);
    await clock.pass(100);
    // Late with an answer and with the probe after it.
    late = 2;
    assert.deepEqual([await clock.until(read(1, 300)), await clock.until(read(1, 400))], ['GW_MODBUS_SILENT', 400]);
    assert.equal(line.counters.probes, 3);
    assert.equal(asked.at(-2), '1:0800000003', 'a probe that was answered came before the request');
  });

  it('never mixes answers up, whatever the delays, losses and retries (property)', async () => {
    const plan = fc.array(
      fc.record({
        unit: fc.constantFrom(1, 2),
        address: fc.integer({ min: 0, max: 60_000 }),
        delay: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 280 }), fc.constant(Number.POSITIVE_INFINITY)),
        pause: fc.integer({ min: 0, max: 300 }),
      }),
      { minLength: 2, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(plan, fc.boolean(), fc.integer({ min: 0, max: 1 }), async (steps, knowsProbe, retries) => {
        const delays = steps.map(step => step.delay);
        let turn = 0;
        /** Until when a slave is busy: it answers one request after the other. */
        const busy = new Map<number, number>();
        const slow: Slave = (asked, { clock }) => {
          if (asked.pdu[0] === 8 && !knowsProbe) return;
          const delay = delays[turn++ % delays.length] ?? 0;
          if (delay === Number.POSITIVE_INFINITY) return;
          const at = Math.max(clock.now(), busy.get(asked.unit) ?? 0) + delay;
          busy.set(asked.unit, at);
          clock.after(at - clock.now(), () => asked.reply(honest(asked.pdu)));
        };
        const { clock, read, line } = rig({ ...PATIENT, retries, lateMs: 2_000, staleMs: 1e6 }, slow);
        await clock.pass(1);
        const reads = [];
        for (const { unit, address, pause } of steps) {
          reads.push(read(unit, address));
          await clock.pass(pause);
        }
        const got = await clock.until(Promise.all(reads));
        got.forEach((value, index) => {
          assert.ok(value === steps[index]?.address || value === 'GW_MODBUS_SILENT' || value === 'GW_MODBUS_GARBLED');
        });
        await line.close();
      }),
      { numRuns: 60 },
    );
  });

  it('asks other units without a pause while one has to come into step by time alone', async () => {
    const { clock, read, asked } = serial(lateOnce(150, 'silent'));
    await clock.pass(1);
    await clock.until(read(1, 100));
    const held = read(1, 200);
    const other = read(2, 300);
    assert.equal(await clock.until(other), 300);
    assert.ok(!asked.includes('1:0300c80001'), 'unit 1 is not asked again yet');
    assert.equal(await clock.until(held), 200);
  });

  it('asks nothing of its own where that is not wanted, and waits instead', async () => {
    const { clock, read, asked } = serial(lateOnce(150, 'echo'), { ...PATIENT, probes: false });
    await clock.pass(1);
    assert.deepEqual([await clock.until(read(1, 100)), await clock.until(read(1, 200))], ['GW_MODBUS_SILENT', 200]);
    assert.deepEqual(asked, ['1:0300640001', '1:0300c80001']);
  });

  for (const [what, before] of [
    ['noise that looks like the head of the answer', bytes('01 03 02')],
    ['noise that looks like the head of a longer frame', bytes('01 03 fa 00')],
    ['another unit’s frame', rtuFrame(9, bytes('03 02 00 09'))],
    ['a frame of another function', rtuFrame(1, bytes('04 02 00 09'))],
    ['an answer whose checksum is wrong', bytes('01 03 02 00 09 00 00')],
    ['the echo of the request', rtuFrame(1, bytes('03 00 64 00 01'))],
  ] as const)
    it(`finds the answer behind ${what}`, async () => {
      const { clock, read } = serial(asked => asked.raw(before, rtuFrame(1, honest(asked.pdu))));
      await clock.pass(1);
      assert.equal(await clock.until(read(1, 100)), 100);
    });

  it('finds an exception behind what could have been a longer answer', async () => {
    const { clock, read } = serial(asked => asked.raw(bytes('01 03 02'), rtuFrame(1, exceptionPdu(3, 2))));
    await clock.pass(1);
    assert.equal(await clock.until(read(1, 100)), 'exception 2');
  });

  it('takes its own echo away on an adapter that hears what it sends, so that a silent slave confirms no write', async () => {
    const echo: Slave = asked => {
      asked.raw(asked.frame);
      if (asked.unit === 1) asked.reply(honest(asked.pdu));
    };
    const { clock, line, read } = serial(echo, { ...PATIENT, echoes: true });
    await clock.pass(1);
    assert.equal(await clock.until(read(1, 7)), 7);
    await clock.until(line.exchange('a', 1, write(3)));
    await assert.rejects(clock.until(line.exchange('a', 2, write(3))), { code: 'GW_MODBUS_SILENT' });
  });

  it('tells silence from bytes that make no sense', async () => {
    const { clock, read, line } = serial(asked => {
      if (asked.unit === 1) asked.raw(bytes('ff 00 ff'));
    });
    await clock.pass(1);
    assert.equal(await clock.until(read(1, 100)), 'GW_MODBUS_GARBLED');
    assert.equal(await clock.until(read(2, 100)), 'GW_MODBUS_SILENT');
    assert.deepEqual([line.counters.garbled, line.counters.silent], [1, 1]);
  });

  it('asks again for a read that was not answered, and never for a write', async () => {
    let answers = 0;
    const { clock, read, line, asked } = serial(
      each => {
        answers += 1;
        if (answers % 2 === 0) each.reply(honest(each.pdu));
      },
      { ...PATIENT, retries: 1 },
    );
    await clock.pass(1);
    assert.equal(await clock.until(read(1, 100)), 100);
    await assert.rejects(clock.until(line.exchange('a', 1, write(3))), { code: 'GW_MODBUS_SILENT' });
    assert.deepEqual(asked, ['1:0300640001', '1:0300640001', '1:0600030001']);
    assert.equal(line.counters.retries, 1);
  });

  it('waits for the turnaround after a broadcast, and takes no read for everyone', async () => {
    const { clock, line, asked } = serial(() => {});
    await clock.pass(1);
    const before = clock.now();
    assert.equal((await clock.until(line.exchange('a', 0, write(3)))).length, 0);
    assert.equal(clock.now() - before, RTU.turnaroundMs);
    assert.deepEqual(asked, ['0:0600030001']);
    const read = line.exchange('a', 0, buildRequest({ function: 3, address: 0, quantity: 1 }));
    await assert.rejects(read, { code: 'GW_MODBUS_REQUEST' });
  });

  it('keeps the pause of 3.5 characters between frames on a real line', async () => {
    const times: number[] = [];
    const { clock, read } = serial(
      (asked, { clock: time }) => {
        times.push(time.now());
        asked.reply(honest(asked.pdu));
      },
      { ...PATIENT, baudRate: 9_600 },
    );
    await clock.pass(1);
    await clock.until(Promise.all([read(1, 1), read(1, 2)]));
    const [first = 0, second = 0] = times;
    assert.ok(second - first > 4, `${second - first} ms`);
  });

  it('does not send what has waited too long: a write must not reach a machine after its master gave up', async () => {
    const { clock, line, read, asked } = serial(() => {}, { ...PATIENT, staleMs: 50 });
    await clock.pass(1);
    const silent = read(1, 1);
    const stale = assert.rejects(line.exchange('a', 2, write(3)), { code: 'GW_MODBUS_QUEUE_FULL' });
    await clock.until(silent);
    await clock.until(stale);
    assert.deepEqual(asked, ['1:0300010001']);
  });

  it('accounts for every request in its counters', async () => {
    const { clock, read, line } = serial(prompt);
    await clock.pass(1);
    await clock.until(Promise.all([read(1, 1), read(1, 2), read(1, 2), read(2, 2)]));
    const { sent, answered, merged, opened, late } = line.counters;
    assert.deepEqual({ sent, answered, merged, opened, late }, { sent: 3, answered: 3, merged: 1, opened: 1, late: 0 });
  });

  it('takes no request that fits no frame', async () => {
    const { clock, line } = serial(prompt);
    await clock.pass(1);
    for (const length of [0, 254])
      await assert.rejects(line.exchange('a', 1, new Uint8Array(length).fill(100)), { code: 'GW_MODBUS_REQUEST' });
    assert.equal(line.counters.sent, 0);
  });
});

describe('a Modbus line whose other end is hostile', () => {
  for (const carrier of ['rtu', 'tcp'] as const)
    it(`ends every request and goes on afterwards, whatever bytes come (${carrier})`, async () => {
      const codes = new Set<unknown>();
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(hostileBytes, { maxLength: 3 }), { maxLength: 6 }), async answers => {
          let turn = 0;
          const hostile: Slave = asked => {
            const parts = answers[turn++];
            if (parts === undefined) asked.reply(honest(asked.pdu));
            else asked.raw(...parts);
          };
          const { clock, read, line } = rig({ ...PATIENT, carrier, staleMs: 1e6 }, hostile);
          await clock.pass(1);
          const reads = Promise.all([1, 2, 3, 1, 2, 3].map((unit, address) => read(unit, address)));
          for (const [address, value] of (await clock.until(reads)).entries())
            if (typeof value === 'string') codes.add(value);
            else assert.equal(value, address);
          await clock.pass(60_000);
          turn = answers.length;
          assert.equal(await clock.until(read(4, 4)), 4);
          await line.close();
        }),
        { numRuns: 60 },
      );
      assert.ok(codes.size >= 2, [...codes].join(' '));
    });
});
