import assert from 'node:assert/strict';
import { staleCatalogs } from '../../scripts/catalog.ts';
import { staleDocs } from '../../scripts/docs.ts';

describe('generated files', () => {
  it('list exactly the node types and drivers whose folders exist', () => assert.deepEqual(staleCatalogs(), []));
  it('document exactly the codes, nodes, back ends and shapes the code has', () => assert.deepEqual(staleDocs(), []));
});
