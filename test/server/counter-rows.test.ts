// What the status page says of a firewall, of a Modbus proxy and of a line.
import assert from 'node:assert/strict';
import type { EndFigures, LineFigures, WireFigures } from '../../runtime/model/line-figures.ts';

const { rowsOf } = (await import(new URL('../../runtime/server/status/counter-rows.js', import.meta.url).href)) as {
  rowsOf(status: object): readonly (readonly string[])[];
};

const wire = (dropped: number): WireFigures => ({ frames: 9, bytes: 72, denied: 0, dropped, malformed: 0 });
const end = (name: EndFigures['end'], dropped: number, rules: EndFigures['firewalls'] = []): EndFigures => ({
  ...{ end: name, in: wire(0), out: wire(dropped), firewalls: rules },
});

describe('the counters of the status page', () => {
  it('say of a line whether it is open, what was lost where, and what each rule decided for whom', () => {
    const rules = [
      { id: 'reads', hits: 12, over: 0 },
      { id: 'otherwise', hits: 3, over: 0 },
    ];
    const ends = [end('vm.cell-7/robot-a', 0, [{ firewall: 'guard', rules }]), end('device', 4)];
    const open: LineFigures = { state: 'open', ends };
    assert.deepEqual(rowsOf(open), [
      ['', 'the line', 'is open'],
      ['device', 'lost', '4 frames'],
      ['guard to robot-a', 'reads', '12 frames'],
      ['guard to robot-a', 'no rule, so refused', '3 frames'],
    ]);
    const away: LineFigures = { state: 'waiting', why: 'cannot open /dev/ttyS1', ends: [] };
    assert.deepEqual(rowsOf(away), [['', 'the line', 'is not open, tried again: cannot open /dev/ttyS1']]);
  });

  it('say of a Modbus proxy whether it runs, and what each rule decided', () => {
    const rules = [
      { id: 'reads', hits: 12, over: 0 },
      { id: 'otherwise', hits: 3, over: 0 },
    ];
    assert.deepEqual(rowsOf({ state: 'open', firewalls: [{ firewall: 'guard', rules }] }), [
      ['', 'the proxy', 'runs'],
      ['guard', 'reads', '12 requests'],
      ['guard', 'no rule, so refused', '3 requests'],
    ]);
    const away = rowsOf({ state: 'closed', why: 'its process does not run' });
    assert.deepEqual(away, [['', 'the proxy', 'does not run, started again: its process does not run']]);
  });

  it('say of a network what its rules counted, and what was blocked beside them', () => {
    const counters = { 'robot-a.eth0': { web: { packets: 5 }, default: { packets: 2 } } };
    const rows = rowsOf({ counters, spoofed: { 'robot-a.eth0': { mac: { packets: 1 } } }, dropped: {} });
    assert.deepEqual(rows, [
      ['robot-a.eth0', 'web', '5 packets'],
      ['robot-a.eth0', 'no rule, so blocked', '2 packets'],
      ['', 'forged senders, blocked', '1 packets'],
      ['', 'invalid, blocked', '0 packets'],
    ]);
  });
});
