import assert from 'node:assert/strict';
import { DESIGN_VERSION, type Design, designFor, designsByGateway } from '../../runtime/model/design.ts';
import { cellA, GATEWAY, plant } from '../contract/samples.ts';

const other = { ...plant, address: 'uplink.cell-8/plant' } as const;
const tenant = (name: string) => ({ name, colour: '#0072b2', contact: '' });
const design: Design = {
  version: DESIGN_VERSION,
  gateways: {
    'cell-7': { name: GATEWAY, backend: 'simulated' },
    'cell-8': { name: 'cell-8', backend: 'simulated' },
    'cell-9': { name: 'cell-9', backend: 'simulated' },
  },
  tenants: { 'vendor-a': tenant('vendor-a'), 'vendor-b': tenant('vendor-b') },
  resources: { [plant.address]: plant, [cellA.address]: cellA, [other.address]: other },
};

describe('a design cut into the parts of its gateways', () => {
  it('gives a gateway its own resources and the tenants that own one of them', () => {
    const part = designFor(design, 'cell-7');
    assert.deepEqual(Object.keys(part?.resources ?? {}), [plant.address, cellA.address]);
    assert.deepEqual(Object.keys(part?.tenants ?? {}), ['vendor-a']);
  });

  it('gives nothing for a gateway that is not drawn', () => assert.equal(designFor(design, 'cell-1'), undefined));

  it('gives the same parts all at once, of empty gateways too', () => {
    const parts = designsByGateway(design);
    assert.deepEqual([...parts.keys()], ['cell-7', 'cell-8', 'cell-9']);
    for (const [name, part] of parts) assert.deepEqual(part, designFor(design, name));
  });
});
