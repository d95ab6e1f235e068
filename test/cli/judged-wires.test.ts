// Which wires a recording is held against, and by which rules then and now.
import assert from 'node:assert/strict';
import { UsageError } from '../../runtime/cli/exit.ts';
import { type JudgedWire, judgedWires } from '../../runtime/cli/judged-wires.ts';
import { type Side, sideOf } from '../../runtime/explain/guarded-lines.ts';
import type { WayRules } from '../../runtime/lanes/what-if/comparison.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { LinePort, LineSpec } from '../../runtime/model/kinds/line.ts';
import { BASE, compileSound, draw, rule as ipRule, lan, vm } from '../compile/sketch.ts';
import { port, rule } from '../drivers/lines/sample.ts';

const guard = (firewall: string, ...ids: readonly string[]) => ({
  firewall,
  rules: ids.map(id => rule(id, { functions: [3] })),
});

function side(lines: Readonly<Record<string, readonly LinePort[]>>, protocol = 'modbus'): Side {
  return sideOf(
    Object.entries(lines).map(([name, ports]) => {
      const spec: LineSpec = { protocol, settings: {}, messages: 'none', ports: [...ports] };
      return { address: `line.cell-7/${name}`, kind: 'line', spec } as const;
    }),
  );
}

const NEVER = () => undefined;
const ruleIds = (rules: WayRules) =>
  rules?.flatMap(({ firewall, program }) => [firewall, ...program.rules.map(({ id }) => id)]);
const shown = ({ line, end, way, before, after }: JudgedWire) => [line, end, way, ruleIds(before), ruleIds(after)];

describe('wires that a recording is held against', () => {
  it('are those that are drawn, and those that are not drawn any more', () => {
    const before = side({ ring: [port('a7', 'a', guard('door', 'old')), port('b7', 'b')], pumps: [port('c7', 'c')] });
    const after = side({ ring: [port('a7', 'a', guard('door', 'new'), guard('gate')), port('d7', 'd')] });
    assert.deepEqual(judgedWires({ before, after, was: NEVER }, {}).map(shown), [
      ['line.cell-7/ring', 'vm.cell-7/a7', 'from-vm', ['door', 'old'], ['door', 'new', 'gate']],
      ['line.cell-7/ring', 'vm.cell-7/d7', 'from-vm', undefined, []],
      ['line.cell-7/ring', 'vm.cell-7/b7', 'from-vm', [], undefined],
      ['line.cell-7/pumps', 'vm.cell-7/c7', 'from-vm', [], undefined],
    ]);
  });

  it('are the same ones when a line or a VM was renamed', () => {
    const before = side({ ring: [port('a7', 'a', guard('door', 'old'))] });
    const after = side({ circle: [port('alpha', 'a', guard('door', 'new'))] });
    const former: Readonly<Record<string, Address>> = {
      'line.cell-7/circle': 'line.cell-7/ring',
      'vm.cell-7/alpha': 'vm.cell-7/a7',
    };
    assert.deepEqual(judgedWires({ before, after, was: address => former[address] }, {}).map(shown), [
      ['line.cell-7/circle', 'vm.cell-7/alpha', 'from-vm', ['door', 'old'], ['door', 'new']],
    ]);
  });

  it('bear no rules for Modbus that are for what others ask a VM, as a recording has what the VM asks', () => {
    const rules = [rule('own', { direction: 'from-vm' }), rule('asked', { direction: 'to-vm' }), rule('both', {})];
    const after = side({ ring: [port('a7', 'a', { firewall: 'door', rules })] });
    assert.deepEqual(judgedWires({ before: after, after, was: NEVER }, {}).map(shown), [
      ['line.cell-7/ring', 'vm.cell-7/a7', 'from-vm', ['door', 'own', 'both'], ['door', 'own', 'both']],
    ]);
  });

  it('go both ways on a CAN bus, and nothing of it passed while the line spoke something else', () => {
    const after = side({ ring: [port('a7', 'a', { firewall: 'door', rules: [] })] }, 'can');
    assert.deepEqual(judgedWires({ before: side({ ring: [port('a7', 'a')] }), after, was: NEVER }, {}).map(shown), [
      ['line.cell-7/ring', 'vm.cell-7/a7', 'from-vm', undefined, ['door']],
      ['line.cell-7/ring', 'vm.cell-7/a7', 'to-vm', undefined, ['door']],
    ]);
  });

  it('are chosen by name or address, and lines without rules are not among them', () => {
    const all = { ring: [port('a7', 'a')], pumps: [port('a7', 'a'), port('b7', 'b')] };
    const sides = { before: side(all), after: side(all), was: NEVER };
    const ends = (choice: Parameters<typeof judgedWires>[1]) =>
      judgedWires(sides, choice).map(({ line, end }) => `${line} ${end}`);
    assert.deepEqual(ends({ line: 'ring' }), ['line.cell-7/ring vm.cell-7/a7']);
    assert.deepEqual(ends({ line: 'line.cell-7/pumps', end: 'b7' }), ['line.cell-7/pumps vm.cell-7/b7']);
    assert.deepEqual(ends({ end: 'vm.cell-7/a7' }), [
      'line.cell-7/ring vm.cell-7/a7',
      'line.cell-7/pumps vm.cell-7/a7',
    ]);
    const serial = { before: side({}), after: side({ scale: [port('a7', 'a')] }, 'serial'), was: NEVER };
    const wrong = (words: RegExp) => (error: unknown) => error instanceof UsageError && words.test(error.message);
    assert.throws(() => judgedWires(serial, {}), wrong(/no line whose protocol has rules; draw a bus/));
    assert.throws(
      () => judgedWires(serial, { line: 'scale' }),
      wrong(/line\.cell-7\/scale speaks serial, which has no/),
    );
    const bare = { before: side({}), after: side({ ring: [] }), was: NEVER };
    assert.throws(() => judgedWires(bare, {}), wrong(/no VM is wired to these lines, then or now; draw a wire/));
  });

  it('are guarded links of a network too; without rules for Modbus a link lets every request pass', () => {
    const firewall = (name: string, to: string, modbusRules: readonly object[] = []) =>
      draw('firewall', name, { version: 2, rules: [ipRule('all', { ports: '' })], modbusRules }, [[to]]);
    const robot = vm('robot', 'g1', 't1', 'door', {
      nics: [{ name: 'eth0', mac: '02:00:00:00:00:01', address: '10.0.0.11' }],
    });
    const drawing = (modbusRules: readonly object[]) => {
      const links = [firewall('door', 'lan', modbusRules), lan(['far']), firewall('far', 'router')];
      return sideOf(Object.values(compileSound([...BASE, robot, ...links]).resources));
    };
    const [open, guarded] = [drawing([]), drawing([{ id: 'reads', action: 'accept', functions: 'read' }])];
    const wire = ['proxy.g1/robot.eth0', 'port.g1/robot.eth0', 'from-vm'] as const;
    const rules = ['door', 'reads'];
    const between = (before: Side, after: Side) => judgedWires({ before, after, was: NEVER }, {}).map(shown);
    assert.deepEqual(between(open, guarded), [[...wire, [], rules]]);
    assert.deepEqual(between(guarded, open), [[...wire, rules, []]]);
    assert.deepEqual(between(sideOf([]), guarded), [[...wire, undefined, rules]]);
    assert.deepEqual(between(guarded, sideOf([])), [[...wire, rules, undefined]]);
  });
});
