// `learn` as it is typed: recordings in, rules out, as they go into a firewall.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Home, openHome } from './command.ts';
import { documentOf, failureIn } from './document.ts';
import { read, recording, write } from './recorded-cell.ts';

const FLOW = new URL('../../flows/smart-meter/flow.json', import.meta.url);
const CELL = recording([read(5), read(15), read(5, 2), write(30, 40, 3), write(30, 41, 20)]);
const LOG = '(1.0) can0 1A0#11223344\n(1.1) can0 1A0#11223344\n(1.2) can1 00000123#\n';

describe('rules learned from a recording', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  it('are told a line each, with how often they were needed', async () => {
    const file = await home.file('cell.pcap', CELL);
    const { code, stdout, stderr } = await home.run(['learn', file, '--protocol', 'modbus']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(
      stdout,
      `${file} (pcap): 3 rules for 5 frames\n` +
        '  f3-u5: action accept; units 5; functions 3; registers holding 0-3  (2 frames)\n' +
        '  f3-u15: action accept; units 15; functions 3; registers holding 0-1  (1 frame)\n' +
        '  f6-u30: action accept; units 30; functions 6; registers holding 40-41; values 3-20  (2 frames)\n',
    );
  });

  it('put into a drawing let pass what was recorded', async () => {
    const file = await home.file('cell.pcap', CELL);
    const { rules } = documentOf(await home.run(['learn', file, '--protocol', 'modbus', '--json']), 'learn');
    const nodes: Record<string, unknown>[] = JSON.parse(readFileSync(FLOW, 'utf8'));
    const drawn = (rows: readonly unknown[]) =>
      nodes.map(node => (node.name === 'grid-guard' ? { ...node, modbusRules: rows } : node));
    const [closed, learned] = [
      await home.file('closed.json', drawn([])),
      await home.file('learned.json', drawn(rules.map(({ row }) => row))),
    ];
    const ended = await home.run([
      'replay',
      learned,
      '--against',
      closed,
      '--recording',
      file,
      '--vm',
      'tap-changer',
      '--json',
    ]);
    const [wire] = documentOf(ended, 'replay').wires;
    assert.deepEqual([wire?.judged, wire?.allowed, wire?.blocked], [5, 5, 0]);
  });

  it('are of one link where that is named, and come from standard input too', async () => {
    const args = ['learn', '-', '--protocol', 'can', '--link', 'can0', '--direction', 'to-vm', '--json'];
    const { rules, taken } = documentOf(await home.run(args, { input: LOG }), 'learn');
    assert.equal(taken, 2);
    assert.deepEqual(
      rules.map(({ row }) => [row.ids, row.lengths, row.rate, row.direction]),
      [['1a0', '4', '3/second', 'to-vm']],
    );
  });

  it('are those of a network too, for who begins and not for who answers', async () => {
    const file = await home.file('cell.pcap', CELL);
    const args = ['learn', file, '--protocol', 'ip'];
    const { rules } = documentOf(await home.run([...args, '--inside', '10.0.0.5/32', '--json']), 'learn');
    assert.deepEqual(
      rules.map(({ row }) => [row.id, row.direction, row.protocol, row.sources, row.destinations, row.ports]),
      [['tcp-502', 'outbound', 'tcp', '10.0.0.5', '10.0.0.9', '502']],
    );
    for (const inside of [[], ['--inside', '10.0.0.5'], ['--inside', '172.16.0.0/12']])
      assert.equal((await home.run([...args, ...inside])).code, 2);
  });

  it('are none where nothing of the protocol is', async () => {
    const file = await home.file('log', LOG);
    const modbus = failureIn(await home.run(['learn', file, '--protocol', 'modbus', '--json']));
    assert.deepEqual(modbus.slice(0, 2), [2, 'USAGE']);
    assert.match(modbus[2], /holds nothing of modbus/);
    assert.equal((await home.run(['learn', file, '--protocol', 'serial'])).code, 2);
    assert.equal((await home.run(['learn', file, '--protocol', 'can', '--direction', 'up'])).code, 2);
  });
});
