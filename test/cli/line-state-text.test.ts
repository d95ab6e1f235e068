// What `observe` says of lines: how they fare, and the last frames that their firewalls wanted to be heard of.
import assert from 'node:assert/strict';
import { lineStateText } from '../../runtime/cli/line-state-text.ts';
import type { ObservedResource } from '../../runtime/model/observed.ts';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const TIME = '2026-01-02T03:04:05.006Z';
const seen = (kind: 'line' | 'proxy' | 'vm', protocol: string | undefined, status: object): ObservedResource => ({
  ...{ address: `${kind}.cell-7/a`, kind, generation: 1 },
  ...{ spec: protocol === undefined ? {} : { protocol }, status: status as ObservedResource['status'] },
});
const decided = { atMs: AT, firewall: 'guard', rule: 'otherwise', passed: false };
const said = { ...decided, vm: 'vm.cell-7/robot', direction: 'in', frame: '040600070009' };

describe('the state of a line in words', () => {
  it('names why it is not open', () => {
    const { state } = lineStateText(seen('line', 'can', { state: 'waiting', why: 'can0 is not there', ends: [] }));
    assert.equal(state, '  waiting: can0 is not there');
    assert.equal(lineStateText(seen('line', 'can', { state: 'open', ends: [], log: [] })).state, '  open');
  });

  it('tells who said what, and which rule decided', () => {
    const log = [said, { ...said, rule: 'setpoint', passed: true }];
    assert.deepEqual(lineStateText(seen('line', 'modbus', { state: 'open', log })).log, [
      `${TIME}  from vm.cell-7/robot, refused by no rule of guard: unit 4, write single register, address 7, value 9`,
      `${TIME}  from vm.cell-7/robot, let pass by setpoint of guard: unit 4, write single register, address 7, value 9`,
    ]);
    const heard = { ...said, direction: 'out', rule: 'engine', frame: '2301000002000000a1b2000000000000' };
    assert.deepEqual(lineStateText(seen('line', 'can', { state: 'open', log: [heard] })).log, [
      `${TIME}  to vm.cell-7/robot, refused by engine of guard: 123#A1B2`,
    ]);
    const passing = { ...decided, client: '10.0.0.5:4000', device: '10.0.0.9:502', frame: '0103000a0002' };
    const [line] = lineStateText(seen('proxy', undefined, { state: 'open', log: [passing] })).log;
    assert.match(
      line ?? '',
      /Z {2}10\.0\.0\.5:4000 to 10\.0\.0\.9:502, refused by no rule of guard: unit 1, read holding/,
    );
  });

  it('shows the last five, and how many there are', () => {
    const { log } = lineStateText(seen('line', 'modbus', { state: 'open', log: Array(50).fill(said) }));
    assert.deepEqual([log.length, log[5]], [6, 'and 45 frames more; --json shows them']);
  });

  it('is not told of what is no line, or tells none', () => {
    for (const other of [seen('vm', undefined, { state: 'running' }), seen('line', 'can', {})])
      assert.deepEqual(lineStateText(other), { state: '', log: [] });
  });
});
