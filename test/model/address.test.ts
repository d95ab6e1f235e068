import assert from 'node:assert/strict';
import { formatAddress, parseAddress } from '../../runtime/model/address.ts';

describe('address', () => {
  it('reads back what it wrote', () => {
    const address = formatAddress('vm', 'cell-7', 'robot-a');
    assert.deepEqual(parseAddress(address), { kind: 'vm', gateway: 'cell-7', name: 'robot-a' });
  });
  for (const text of [
    '',
    'vm',
    'vm.cell-7',
    'vm.cell-7/',
    'disk.cell-7/a',
    'vm.Cell/a',
    'vm.cell-7/a/b',
    'vm.cell-7/a.b.c',
    `vm.cell-7/${'a'.repeat(33)}`,
    'vm.cell-7/a\n',
  ])
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseAddress(text), undefined));
});
