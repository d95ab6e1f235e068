// Layouts by the library itself, without a browser.
import assert from 'node:assert/strict';
import ELK from 'elkjs';
import type { Topology } from '../../../editor/sidebar/topology/graph.ts';
import {
  boxId,
  type Direction,
  layoutGraph,
  type Place,
  placedOf,
} from '../../../editor/sidebar/topology/layout-graph.ts';
import { topologyOf } from '../../../editor/sidebar/topology/topology.ts';
import { allSeen, referenceDesign, seenAsDrawn, withSeen } from './seen-gateway.ts';

const elk = new ELK.default();
const DESIGNS = ['pump-station', 'robot-cell', 'smart-meter', 'connected-vehicle', 'single-box'];

const topology = (name: string) => {
  const design = referenceDesign(name);
  return topologyOf(design, allSeen(design));
};
const layOut = async (of: Topology, direction: Direction) => placedOf(await elk.layout(layoutGraph(of, direction)));
const overlap = (a: Place, b: Place) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const inside = (inner: Place, outer: Place) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

describe('the layout of the topology', () => {
  for (const name of DESIGNS)
    for (const direction of ['RIGHT', 'DOWN'] as const)
      it(`keeps boxes apart and in their zones: ${name}, ${direction === 'RIGHT' ? 'across' : 'down'}`, async () => {
        const { boxes, nodes, links } = topology(name);
        const placed = await layOut({ boxes, nodes, links }, direction);
        const place = (id: string) => placed.places.get(id) ?? assert.fail(`${id} has no place`);
        const all = { x: 0, y: 0, width: placed.width, height: placed.height };
        for (const node of nodes) {
          const zone = boxes
            .find(({ gateway }) => gateway === node.gateway)
            ?.zones.find(({ tenant }) => tenant === node.tenant);
          assert.ok(inside(place(node.id), place(zone?.id ?? boxId(node.gateway))), node.id);
          for (const other of nodes)
            assert.ok(other === node || !overlap(place(node.id), place(other.id)), `${node.id} over ${other.id}`);
        }
        for (const { gateway } of boxes) assert.ok(inside(place(boxId(gateway)), all));
        for (const { id, firewalls, gates } of links) {
          const wire = placed.wires.get(id) ?? assert.fail(`${id} has no wire`);
          assert.ok(wire.points.length >= 2, id);
          assert.equal(wire.label !== undefined, firewalls.length + gates.length > 0, id);
          for (const node of nodes)
            assert.ok(wire.label === undefined || !overlap(wire.label, place(node.id)), `${id} over ${node.id}`);
        }
      });

  it('leads from the field to the cloud', async () => {
    const { places } = await layOut(topology('pump-station'), 'RIGHT');
    const left = (id: string) => places.get(id)?.x ?? assert.fail(id);
    const order = [
      'line.pumps-1/drives',
      'vm.pumps-1/reporter',
      'segment.pumps-1/telemetry-lan',
      'router.pumps-1/way-out',
    ];
    assert.deepEqual(
      order.toSorted((a, b) => left(a) - left(b)),
      order,
    );
  });

  it('begins and ends wires at the edges of what they join', async () => {
    const { nodes, links, boxes } = topology('robot-cell');
    const { places, wires } = await layOut({ nodes, links, boxes }, 'RIGHT');
    for (const { id, from, to } of links) {
      const { points } = wires.get(id) ?? assert.fail(id);
      for (const [end, point] of [
        [from, points[0]],
        [to, points.at(-1)],
      ] as const) {
        const { x, y, width, height } = places.get(end) ?? assert.fail(end);
        assert.ok(point && point.x >= x - 1 && point.x <= x + width + 1, id);
        assert.ok(point.y >= y - 1 && point.y <= y + height + 1, id);
      }
    }
  });

  it('is asked for anew only when something comes or goes, not when something stops or drifts', () => {
    const design = referenceDesign('pump-station');
    const seen = seenAsDrawn(design, 'pumps-1');
    const graph = (sight: typeof seen) => JSON.stringify(layoutGraph(topologyOf(design, [sight]), 'RIGHT'));
    const vm = 'vm.pumps-1/control' as const;
    for (const other of [
      withSeen(seen, vm, { spec: { running: false, memoryMiB: 64 } }),
      withSeen(seen, vm, {}, 'drift'),
      withSeen(seen, vm, null),
    ])
      assert.equal(graph(other), graph(seen));
  });

  it('has room for the name of whatever there is', async () => {
    const empty: Topology = {
      boxes: [{ gateway: 'a-gateway-with-a-really-long-name', connected: true, zones: [] }],
      nodes: [],
      links: [],
    };
    const { places, width } = await layOut(empty, 'RIGHT');
    assert.ok((places.get(boxId('a-gateway-with-a-really-long-name'))?.width ?? 0) > 200);
    assert.ok(width > 200);
  });

  it('of a hundred VMs on one box is made within the time that people wait', async function () {
    this.timeout(30_000);
    const names = Array.from({ length: 100 }, (_, index) => `vm-${index}`);
    const tenants = Array.from({ length: 10 }, (_, index) => `t-${index}`);
    const node = { gateway: 'big', addresses: [], standing: 'running', facts: [], differences: [] } as const;
    const link = {
      sort: 'network',
      firewalls: ['guard'],
      gates: [],
      addresses: [],
      standing: 'in-place',
      differences: [],
    } as const;
    const big: Topology = {
      boxes: [
        { gateway: 'big', connected: true, zones: tenants.map(tenant => ({ id: `zone.big/${tenant}`, tenant })) },
      ],
      nodes: [
        { ...node, id: 'uplink', name: 'uplink', kind: 'uplink' },
        ...tenants.map(tenant => ({ ...node, id: `seg ${tenant}`, name: tenant, kind: 'segment' as const, tenant })),
        ...names.map((name, index) => ({ ...node, id: name, name, kind: 'vm' as const, tenant: `t-${index % 10}` })),
      ],
      links: [
        ...names.map((name, index) => ({ ...link, id: `wire ${name}`, from: name, to: `seg t-${index % 10}` })),
        ...tenants.map(tenant => ({ ...link, id: `out ${tenant}`, from: `seg ${tenant}`, to: 'uplink' })),
      ],
    };
    const { places } = await layOut(big, 'RIGHT');
    assert.equal(places.size, 122);
  });
});
