import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { can } from '../../runtime/protocols/can/protocol.ts';
import { box, config, draw, tab, vm } from '../compile/sketch.ts';

/** What is found in a drawing with so many VMs on one CAN bus. */
function found(count: number): readonly string[] {
  const names = Array.from({ length: count }, (_, index) => `vm-${index}`);
  const bus = { gateway: 'g1', protocol: 'can', settings: { adapter: 'none' }, messages: 'none', version: 2 };
  const guests = names.map(name =>
    vm(name, 'g1', 't1', [], { image: 'tiny-linux', memoryMiB: 64, vcpus: 1, nics: [] }),
  );
  const nodes = [tab, ...box('g1'), config('tenant', 't1'), draw('bus', 'drive', bus, [names, []]), ...guests];
  return compile(nodes, NODE_TYPES)
    .diagnostics.filter(({ code }) => code.startsWith('GW_LINE'))
    .map(({ code, summary, remedy }) => `${code}: ${summary} ${remedy}`);
}

describe('a bus with many VMs', () => {
  it('is found to be crowded when a line of its protocol cannot have so many', () => {
    assert.deepEqual(found(can.mostVms), []);
    assert.deepEqual(found(can.mostVms + 1), [
      'GW_LINE_CROWDED: The bus drive is wired to 17 VMs; a line of its protocol can have 16. ' +
        'Keep 16 wires, and draw another bus for the other VMs.',
    ]);
  });
});
