import assert from 'node:assert/strict';
import type { Topology } from '../../../editor/sidebar/topology/graph.ts';
import type { GatewaySight } from '../../../editor/sidebar/topology/thing.ts';
import { topologyOf } from '../../../editor/sidebar/topology/topology.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { Design } from '../../../runtime/model/design.ts';
import {
  allSeen,
  gateStanding,
  gatewayState,
  planOf,
  referenceDesign,
  seenAsDrawn,
  withSeen,
  withState,
} from './seen-gateway.ts';

const PUMPS = referenceDesign('pump-station');
const CELL = referenceDesign('robot-cell');
const CONTROL: Address<'vm'> = 'vm.pumps-1/control';

const wires = ({ links }: Topology) =>
  links.map(({ from, to, firewalls, gates }) =>
    [from, ...firewalls, ...gates.map(({ name }) => `gate ${name}`), to].join(' – '),
  );
const node = (topology: Topology, id: string) => topology.nodes.find(one => one.id === id) ?? assert.fail(id);
const link = (topology: Topology, id: string) => topology.links.find(one => one.id === id) ?? assert.fail(id);
const pumps = (sight: GatewaySight = seenAsDrawn(PUMPS, 'pumps-1'), design: Design | null = PUMPS) =>
  topologyOf(design, [sight]);

describe('the topology of what runs', () => {
  it('goes from the field to the cloud, through the firewalls and gates on the way', () => {
    assert.deepEqual(wires(pumps()), [
      'line.pumps-1/drives – control-guard – gate box-boot – vm.pumps-1/control',
      'line.pumps-1/drives – telemetry-guard – vm.pumps-1/reporter',
      'vm.pumps-1/control – segment.pumps-1/control-lan',
      'vm.pumps-1/reporter – segment.pumps-1/telemetry-lan',
      'segment.pumps-1/telemetry-lan – report-guard – gate uplink-boot – router.pumps-1/way-out',
      'router.pumps-1/way-out – uplink.pumps-1/reports',
    ]);
  });

  it('puts what a tenant has into its zone, in its colour, and leaves what is shared outside', () => {
    const [box] = pumps().boxes;
    assert.deepEqual(
      box?.zones.map(({ tenant, colour, policy }) => [tenant, colour, policy]),
      [
        ['telemetry', '#0072b2', 'in-place'],
        ['waterworks', '#d55e00', 'in-place'],
      ],
    );
    const shared = pumps().nodes.filter(({ tenant }) => tenant === undefined);
    assert.deepEqual(
      shared.map(({ id }) => id),
      ['line.pumps-1/drives', 'uplink.pumps-1/reports', 'router.pumps-1/way-out'],
    );
  });

  it('knows one router of two tenants by its two legs, and one wire to its uplink', () => {
    const cell = topologyOf(CELL, allSeen(CELL));
    const router = node(cell, 'router.cell-7/plant-edge');
    assert.deepEqual(router.addresses, ['edge.cell-7/plant-edge.cell-a', 'edge.cell-7/plant-edge.cell-b']);
    const out = link(cell, 'router.cell-7/plant-edge uplink.cell-7/plant');
    assert.deepEqual(out.addresses, router.addresses);
  });

  it('draws a tunnel once, and where it ends when the other gateway is not in the picture', () => {
    const tunnels = (topology: Topology) => topology.links.filter(({ sort }) => sort === 'tunnel');
    const both = tunnels(topologyOf(CELL, allSeen(CELL)));
    assert.deepEqual(
      both.map(({ from, to }) => [from, to]),
      [
        ['segment.cell-7/cell-a', 'segment.cell-8/cell-a'],
        ['segment.cell-7/cell-b', 'segment.cell-8/cell-b'],
      ],
    );
    const alone = topologyOf(CELL, [seenAsDrawn(CELL, 'cell-7')]);
    assert.equal(tunnels(alone).length, 2);
    const peers = alone.nodes.filter(({ kind }) => kind === 'peer');
    assert.deepEqual(
      peers.map(({ name, tenant }) => [name, tenant]),
      [
        ['10.251.0.18', 'vendor-a'],
        ['10.251.0.18', 'vendor-b'],
      ],
    );
  });

  it('shows a device of the box at the VM that has it', () => {
    const address: Address<'device'> = 'device.pumps-1/modem';
    const spec = { vm: CONTROL, tenant: 'waterworks', label: 'modem', attach: { by: 'usb', port: '1-4' } };
    const topology = pumps(withSeen(seenAsDrawn(PUMPS, 'pumps-1'), address, { spec: { ...spec, plugged: true } }));
    assert.equal(node(topology, address).tenant, undefined);
    assert.deepEqual(node(topology, address).facts, [{ key: 'attach', text: 'USB 1-4' }]);
    assert.equal(link(topology, address).to, CONTROL);
  });

  it('is the same whatever order things were seen and drawn in', () => {
    const turned = <T>(record: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(record).reverse());
    const design = { ...CELL, resources: turned(CELL.resources) };
    const sights = allSeen(CELL)
      .map(({ state, observed }) => ({
        state,
        observed: observed && { ...observed, resources: turned(observed.resources) },
      }))
      .reverse();
    assert.deepEqual(topologyOf(design, sights), topologyOf(CELL, allSeen(CELL)));
  });

  it('is empty without gateways, and leaves out a wire that has only one end', () => {
    assert.deepEqual(topologyOf(null, []), { boxes: [], nodes: [], links: [] });
    const without = pumps(withSeen(seenAsDrawn(PUMPS, 'pumps-1'), CONTROL, null), {
      ...PUMPS,
      resources: Object.fromEntries(Object.entries(PUMPS.resources).filter(([address]) => address !== CONTROL)),
    });
    assert.equal(
      wires(without).some(wire => wire.includes(CONTROL)),
      false,
    );
  });
});

describe('how things stand in the topology', () => {
  const seen = seenAsDrawn(PUMPS, 'pumps-1');
  const standing = (sight: GatewaySight, id: string, design: Design | null = PUMPS) =>
    node(pumps(sight, design), id).standing;

  it('tells a VM that runs from one that is off, paused, or waits for a gate', () => {
    assert.equal(standing(seen, CONTROL), 'running');
    assert.equal(standing(withSeen(seen, CONTROL, { spec: { running: false } }), CONTROL), 'off');
    assert.equal(standing(withSeen(seen, CONTROL, { status: { state: 'paused' } }), CONTROL), 'paused');
    const waiting = withSeen(seen, CONTROL, { status: { waitsFor: ['gate.pumps-1/box-boot'] } });
    assert.equal(standing(waiting, CONTROL), 'waiting');
    assert.equal(standing(withSeen(seen, CONTROL, { status: { waitsFor: [] } }), CONTROL), 'running');
  });

  it('tells a line that is open from one whose device is not there', () => {
    const line = 'line.pumps-1/drives';
    assert.equal(standing(withSeen(seen, line, { status: { state: 'open' } }), line), 'in-place');
    assert.equal(standing(withSeen(seen, line, { status: { state: 'waiting' } }), line), 'no-device');
  });

  it('tells what shall be made from what shall change, and both from drift', () => {
    assert.equal(standing(withSeen(seen, CONTROL, null, 'planned'), CONTROL), 'planned');
    assert.equal(standing(withSeen(seen, CONTROL, {}, 'planned'), CONTROL), 'to-change');
    assert.equal(standing(withSeen(seen, CONTROL, {}, 'drift'), CONTROL), 'drift');
    assert.equal(standing(withSeen(seen, CONTROL, {}, 'changing'), CONTROL), 'changing');
    assert.equal(standing(withSeen(seen, CONTROL, {}, 'blocked'), CONTROL), 'blocked');
  });

  it('does not believe that something is in place which nobody sees', () => {
    assert.equal(standing(withSeen(seen, CONTROL, null), CONTROL), 'drift');
  });

  it('shows what is there and not drawn, also before anything was drawn', () => {
    assert.equal(standing({ ...seen, state: gatewayState('pumps-1') }, CONTROL, null), 'surplus');
  });

  it('knows nothing of a gateway that does not answer, but shows what is drawn', () => {
    const away = { state: { ...seen.state, connected: false } };
    assert.equal(standing(away, CONTROL), 'unknown');
    assert.equal(pumps(away).boxes[0]?.seenAtMs, undefined);
  });

  it('says what of a VM is otherwise than drawn', () => {
    const plan = planOf('pumps-1', CONTROL, [{ field: 'memoryMiB', from: 64, to: 128, how: 'restart' }]);
    const sight = withSeen(seen, CONTROL, { spec: { memoryMiB: 64 } }, 'drift');
    const control = node(pumps({ ...sight, state: { ...sight.state, plan } }), CONTROL);
    assert.deepEqual(control.differences, [{ address: CONTROL, field: 'memoryMiB', from: 64, to: 128 }]);
    assert.ok(control.facts.some(({ key, text }) => key === 'memory' && text === '64 MiB'));
  });

  it('marks a link whose firewall drifted, and no other link of that tenant', () => {
    const policy: Address<'policy'> = 'policy.cell-7/vendor-a';
    const [first] = allSeen(CELL);
    assert.ok(first !== undefined);
    const plan = planOf('cell-7', policy, [{ field: 'links[fw-a].rules[web].ports[0]', from: 80, to: 443 }]);
    const topology = topologyOf(CELL, [{ ...first, state: { ...withState(first.state, policy, 'drift'), plan } }]);
    const leg = (name: string) => link(topology, `edge.cell-7/plant-edge.${name}`);
    assert.deepEqual([leg('cell-a').standing, leg('cell-b').standing], ['drift', 'in-place']);
    assert.equal(leg('cell-a').differences.length, 1);
    assert.deepEqual(
      topology.boxes[0]?.zones.map(({ policy: is }) => is),
      ['drift', 'in-place'],
    );
  });

  it('says how machines and gates are proven, the worst of several gates first', () => {
    const gates = [
      gateStanding('gate.pumps-1/box-boot', 'host', 'trusted'),
      gateStanding('gate.pumps-1/uplink-boot', 'host', 'mismatch'),
      gateStanding('gate.pumps-1/other', 'vm.reporter', 'stale'),
    ];
    const topology = pumps({ ...seen, state: { ...seen.state, gates } });
    assert.equal(topology.boxes[0]?.trust, 'mismatch');
    assert.equal(node(topology, 'vm.pumps-1/reporter').trust, 'stale');
    assert.equal(node(topology, CONTROL).trust, undefined);
    const states = topology.links.flatMap(one => one.gates.map(({ name, state }) => [name, state]));
    assert.deepEqual(states, [
      ['box-boot', 'trusted'],
      ['uplink-boot', 'mismatch'],
    ]);
  });
});
