// Who is next on a line.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Schedule } from '../../../../runtime/protocols/modbus/line/schedule.ts';
import { buildRequest } from '../../../../runtime/protocols/modbus/pdu/request.ts';
import { hex } from '../arbitraries.ts';

const read = (address: number) => buildRequest({ function: 3, address, quantity: 1 });
const write = (address: number) => buildRequest({ function: 6, address, value: 1 });
const all = () => true;

function schedule(options: Partial<ConstructorParameters<typeof Schedule>[0]> = {}) {
  const made = new Schedule({ most: 100, slots: 50, shares: new Map(), ...options });
  const add = (tenant: string, unit: number, pdu: Uint8Array) =>
    made.add(unit, pdu, { tenant, answer: () => {}, fail: () => {} }, 0);
  /** Serves what is next, at the cost that its tenant has. @returns the tenants in the order they were served */
  const serve = (count: number, cost: Readonly<Record<string, number>> = {}) => {
    const order: string[] = [];
    for (let turn = 0; turn < count; turn += 1) {
      const entry = made.next(all);
      if (entry === undefined) break;
      const tenant = entry.waiters[0]?.tenant ?? '';
      order.push(tenant);
      made.charge(entry, cost[tenant] ?? 10);
    }
    return order;
  };
  return { made, add, serve };
}

describe('the schedule of a line', () => {
  it('keeps the order of one tenant', () => {
    const { made, add } = schedule();
    for (const address of [5, 3, 9]) add('a', 1, read(address));
    assert.deepEqual(
      [0, 1, 2].map(() => hex(made.next(all)?.pdu ?? new Uint8Array(0))),
      [5, 3, 9].map(address => hex(read(address))),
    );
    assert.equal(made.next(all), undefined);
  });

  it('lets tenants take turns, however much one of them asks', () => {
    const { add, serve } = schedule();
    for (let address = 0; address < 20; address += 1) add('greedy', 1, read(address));
    for (let address = 0; address < 3; address += 1) add('modest', 2, read(address));
    const order = serve(6);
    assert.equal(order.filter(tenant => tenant === 'modest').length, 3, order.join(' '));
  });

  it('is fair in time, not in requests: whose device is slow is served less often', () => {
    const { add, serve } = schedule();
    for (let address = 0; address < 50; address += 1) {
      add('slow', 1, read(address));
      add('fast', 2, read(address));
    }
    const order = serve(44, { slow: 100, fast: 10 });
    const count = (tenant: string) => order.filter(each => each === tenant).length;
    assert.ok(count('slow') <= 5 && count('fast') >= 39, order.join(' '));
  });

  it('gives a larger share more of the time', () => {
    const { add, serve } = schedule({ shares: new Map([['big', 3]]) });
    for (let address = 0; address < 40; address += 1) {
      add('big', 1, read(address));
      add('small', 2, read(address));
    }
    const order = serve(40);
    const big = order.filter(each => each === 'big').length;
    assert.ok(big >= 28 && big <= 32, `${big} of 40`);
  });

  it('has so many slots for one tenant and a bound for all', () => {
    const { add, made } = schedule({ most: 3, slots: 2 });
    assert.deepEqual(
      [add('a', 1, read(1)), add('a', 1, read(2)), add('a', 1, read(3)), add('b', 1, read(4)), add('c', 1, read(5))],
      ['queued', 'queued', 'no slot', 'queued', 'full'],
    );
    made.next(all);
    assert.equal(add('a', 1, read(6)), 'queued', 'a slot is free again');
  });

  it('lets equal reads share an answer, and no others', () => {
    const { add, made } = schedule();
    assert.equal(add('a', 1, read(7)), 'queued');
    assert.equal(add('b', 1, read(7)), 'merged');
    assert.equal(add('b', 2, read(7)), 'queued', 'another unit');
    assert.equal(add('b', 1, read(8)), 'queued', 'another address');
    assert.equal(add('a', 1, write(7)), 'queued');
    assert.equal(add('a', 1, write(7)), 'queued', 'writes are done as often as asked');
    assert.equal(made.waiting, 6);
    assert.equal(made.next(all)?.waiters.length, 2);
    assert.equal(made.waiting, 4);
  });

  it('never lets a read behind a write join one from before it', () => {
    const { add, made } = schedule();
    add('a', 1, read(7));
    add('b', 1, write(7));
    assert.equal(add('b', 1, read(7)), 'queued');
    assert.equal(add('b', 2, read(7)), 'queued');
    assert.equal(add('c', 2, read(7)), 'merged', 'a unit that nobody writes to');
    assert.equal(made.waiting, 5);
  });

  it('passes over units that may not be asked now', () => {
    const { add, made } = schedule();
    add('a', 1, read(1));
    add('a', 2, read(2));
    assert.equal(made.next(unit => unit !== 1)?.unit, 2);
    assert.equal(
      made.next(unit => unit !== 1),
      undefined,
    );
    assert.equal(made.next(all)?.unit, 1);
  });

  it('takes out everything of one unit, and then everything', () => {
    const { add, made } = schedule();
    for (const unit of [1, 2, 1]) add('a', unit, write(unit));
    assert.equal(made.drain(1).length, 2);
    assert.equal(made.waiting, 1);
    assert.equal(made.drain().length, 1);
    assert.equal(made.waiting, 0);
  });

  it('never loses or doubles a request, and never holds more than its bounds (property)', () => {
    const action = fc.oneof(
      fc.record({
        tenant: fc.constantFrom('a', 'b', 'c'),
        unit: fc.integer({ min: 1, max: 3 }),
        address: fc.integer({ min: 0, max: 4 }),
        writes: fc.boolean(),
      }),
      fc.record({ back: fc.boolean(), cost: fc.integer({ min: 0, max: 2000 }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), actions => {
        const { made, add } = schedule({ most: 12, slots: 6 });
        let [taken, given] = [0, 0];
        for (const step of actions) {
          if ('tenant' in step) {
            const admission = add(step.tenant, step.unit, (step.writes ? write : read)(step.address));
            if (admission === 'queued' || admission === 'merged') taken += 1;
            continue;
          }
          const entry = made.next(all);
          assert.equal(entry === undefined, taken === given, 'something waits, so someone is next');
          if (entry === undefined) continue;
          given += entry.waiters.length;
          made.charge(entry, step.cost);
          if (!step.back) continue;
          made.putBack(entry);
          given -= entry.waiters.length;
        }
        assert.ok(made.waiting <= 12);
        assert.equal(made.waiting, taken - given);
        given += made.drain().reduce((sum, entry) => sum + entry.waiters.length, 0);
        assert.equal(given, taken);
      }),
    );
  });
});
