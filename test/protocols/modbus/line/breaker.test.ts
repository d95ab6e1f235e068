// Dead devices, and what they cost those whose devices live.
import assert from 'node:assert/strict';
import { exceptionPdu } from '../../../../runtime/protocols/modbus/pdu/response.ts';
import { honest, type Rig, rig, type Slave } from './rig.ts';

const ANSWER_MS = 1_000;
const OPTIONS = {
  carrier: 'rtu',
  answerMs: ANSWER_MS,
  turnaroundMs: 100,
  breaker: { failures: 3, coolMs: 5_000, coolMostMs: 20_000 },
  staleMs: 100_000,
} as const;
const DEAD = 9;

describe('the circuit breaker of a unit', () => {
  let made: Rig;
  let dead = true;

  const slave: Slave = asked => {
    if (asked.unit !== DEAD || !dead) asked.reply(honest(asked.pdu));
  };
  const open = async (): Promise<Rig> => {
    made = rig(OPTIONS, slave);
    await made.clock.pass(1);
    return made;
  };
  /** Lets a unit fail until it is given up. */
  const giveUp = async () => {
    const { clock, read } = await open();
    await clock.until(Promise.all([1, 2, 3].map(address => read(DEAD, address, 'unlucky'))));
  };

  beforeEach(() => {
    dead = true;
  });
  afterEach(() => made.line.close());

  it('gives a unit up after three time-outs: then nobody waits for it any more', async () => {
    await giveUp();
    const { line, read, clock } = made;
    assert.deepEqual(line.unitsDown(), [DEAD]);
    const before = clock.now();
    assert.equal(await read(DEAD, 4, 'unlucky'), 'GW_MODBUS_UNIT_DOWN');
    assert.equal(clock.now(), before, 'at once');
    assert.equal(line.counters.refusedUnit >= 1, true);
  });

  it('refuses what waits for a unit when it is given up, instead of waiting for each in turn', async () => {
    const { clock, read } = await open();
    const all = Array.from({ length: 20 }, (_, address) => read(DEAD, address, 'unlucky'));
    const codes = await clock.until(Promise.all(all));
    assert.ok(clock.now() < 6 * ANSWER_MS, `${clock.now()} ms for 20 requests`);
    assert.ok(codes.filter(code => code === 'GW_MODBUS_UNIT_DOWN').length >= 17, codes.join(' '));
  });

  it('tries one request after a while, and none beside it, and opens again when it is answered', async () => {
    await giveUp();
    const { clock, read, line, asked } = made;
    await clock.pass(5_000);
    dead = false;
    const before = asked.length;
    const both = Promise.all([read(DEAD, 5, 'unlucky'), read(DEAD, 6, 'unlucky')]);
    assert.deepEqual(await clock.until(both), [5, 'GW_MODBUS_UNIT_DOWN']);
    assert.equal(asked.length, before + 1);
    assert.deepEqual(line.unitsDown(), []);
    assert.equal(await clock.until(read(DEAD, 6, 'unlucky')), 6);
  });

  it('tries less and less often while the unit stays dead, and asks it once each time', async () => {
    await giveUp();
    const { clock, read, asked } = made;
    const trials: number[] = [];
    for (let turn = 0; turn < 30; turn += 1) {
      const before = asked.length;
      const answer = read(DEAD, turn, 'unlucky');
      await clock.pass(2_000);
      assert.match(String(await answer), /GW_MODBUS_(UNIT_DOWN|SILENT)/);
      if (asked.length > before) trials.push(turn);
    }
    assert.ok(trials.length >= 2 && trials.length <= 5, trials.join(' '));
    assert.equal(asked.length, 3 + trials.length);
  });

  it('never lets the dead unit of one tenant delay another tenant by more than one time-out, and soon not at all', async () => {
    const { clock, read } = await open();
    const waits: number[] = [];
    let over = false;
    const pester = async () => {
      for (let address = 0; !over; address += 1) {
        await read(DEAD, address, 'unlucky');
        await new Promise<void>(resolve => clock.after(10, resolve));
      }
    };
    const live = async () => {
      for (let address = 0; address < 400; address += 1) {
        const before = clock.now();
        assert.equal(await read(1, address, 'lucky'), address);
        waits.push(clock.now() - before);
        await new Promise<void>(resolve => clock.after(10, resolve));
      }
      over = true;
    };
    const pestering = Promise.all([pester(), pester(), pester()]);
    await clock.until(live());
    await clock.until(pestering);
    const delayed = waits.filter(wait => wait > 0);
    // A time-out and its retry never come one after the other for the same waiting tenant.
    assert.ok(Math.max(...waits) <= 2 * (ANSWER_MS + 100), `${Math.max(...waits)} ms`);
    assert.ok(delayed.length <= 6, `${delayed.length} of ${waits.length} delayed`);
  });

  it('takes the word of a gateway that says the device is silent (exception 11)', async () => {
    made = rig({ ...OPTIONS, carrier: 'tcp' }, asked => asked.reply(exceptionPdu(3, 11)));
    const { clock, read, line } = made;
    await clock.pass(1);
    const codes = [];
    for (const address of [1, 2, 3, 4]) codes.push(await clock.until(read(DEAD, address)));
    assert.deepEqual(codes, ['exception 11', 'exception 11', 'exception 11', 'GW_MODBUS_UNIT_DOWN']);
    assert.deepEqual(line.unitsDown(), [DEAD]);
  });
});
