// The name under which the field line of a VM is found: readable where there is room for it, short where there is none.
import assert from 'node:assert/strict';
import { fieldSocketOf } from '../../runtime/host/field-sockets.ts';

const LONG = 'a'.repeat(32);

describe('the socket of a field line', () => {
  it('is called like its VM', () => {
    const path = fieldSocketOf('/var/lib/gw', 'cell-7', 'vm.cell-7/robot-a');
    assert.equal(path, '/var/lib/gw/cell-7/field/robot-a.sock');
  });

  it('has a short name that no other VM of the gateway has where its own does not fit into the path of a socket', () => {
    const state = `/${'s'.repeat(45)}`;
    const paths = [`${LONG}`, `${LONG.slice(1)}b`].map(name =>
      fieldSocketOf(state, LONG.slice(2), `vm.cell-7/${name}`),
    );
    assert.equal(new Set(paths).size, 2);
    for (const path of paths) {
      assert.match(path, /\/field\/\.[0-9a-f]{8}\.sock$/, 'no VM has a name with a dot before it');
      assert.ok(Buffer.byteLength(path) <= 107, path);
    }
  });
});
