// Random networks, one after the other, planned and applied to one real kernel: every generation is reached from the one
// before it, and from damage done to it, and then there is nothing left to do.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bridge } from '../../runtime/drivers/bridge/driver.ts';
import { edge } from '../../runtime/drivers/edge/driver.ts';
import type { Address, Kind } from '../../runtime/model/address.ts';
import { emptyDesign, type GatewayDesign } from '../../runtime/model/design.ts';
import type { DriverFacts, Handle } from '../../runtime/model/driver.ts';
import type { Plan, Step } from '../../runtime/model/plan.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { plan } from '../../runtime/plan/plan.ts';
import { type NetnsLab, netnsLab } from '../lab/netns.ts';
import {
  at,
  edgeSpec,
  overlaySpec,
  portSpec,
  resource,
  segmentSpec,
  step,
  type TestWorld,
  testWorld,
} from './gateway-lab.ts';

const KINDS: readonly Kind[] = ['uplink', 'segment', 'port', 'edge'];
const CARDS = ['plant0', 'plant1'] as const;
const SEGMENTS = ['one', 'two', 'three'] as const;
const GENERATIONS = 12;

const segmentShape = fc.record({
  overlay: fc.boolean(),
  mtu: fc.constantFrom(1400, 1450),
  peers: fc.subarray(['10.251.0.18', '10.251.0.19', '10.251.0.20']),
  macs: fc.subarray(['02:00:00:0a:01:01', '02:00:00:0a:01:02']),
  ports: fc.subarray(['a', 'b']),
  leg: fc.option(fc.record({ nat: fc.boolean(), dhcp: fc.boolean(), dns: fc.subarray(['1.1.1.1', '9.9.9.9']) })),
});
const networkShape = fc.record({
  card: fc.constantFrom(...CARDS),
  segments: fc.array(fc.option(segmentShape), { minLength: SEGMENTS.length, maxLength: SEGMENTS.length }),
});
type NetworkShape = typeof networkShape extends fc.Arbitrary<infer T> ? T : never;
type SegmentShape = typeof segmentShape extends fc.Arbitrary<infer T> ? T : never;

const uplink = at('uplink', 'cell-7', 'plant');

function designOf(world: TestWorld, { card, segments }: NetworkShape): GatewayDesign {
  const parts = segments.flatMap((shape, index) => (shape === null ? [] : segmentResources(shape, index)));
  const all = [resource(uplink, { device: card, role: 'plant' }), ...parts];
  return { ...emptyDesign(world.world.gateway), resources: Object.fromEntries(all.map(one => [one.address, one])) };
}

function segmentResources(shape: SegmentShape, index: number): readonly Resource[] {
  const address = at('segment', 'cell-7', SEGMENTS[index] ?? '');
  const peers = shape.peers.map((peer, place) => ({ address: peer, macs: place === 0 ? shape.macs : [] }));
  const spec = shape.overlay
    ? overlaySpec({ vni: 100 + index, mtu: shape.mtu, peers })
    : segmentSpec({ mtu: shape.mtu });
  const ports = shape.ports.map((name, place) => {
    const own = portSpec(address, { vm: `${name}${index}`, mac: `02:00:00:0a:0${index}:f${place}`, mtu: shape.mtu });
    return { ...resource(at('port', 'cell-7', `${name}${index}.eth0`), own), needs: [address] };
  });
  return [resource(address, spec), ...ports, ...(shape.leg === null ? [] : [legOf(address, index, shape.leg)])];
}

function legOf(segment: Address<'segment'>, index: number, shape: NonNullable<SegmentShape['leg']>): Resource<'edge'> {
  const { dhcp, ...spec } = edgeSpec(segment, uplink, {
    outside: `192.168.7.2${index}/24`,
    outsideMac: `02:00:00:ed:01:0${index}`,
    nat: shape.nat,
    dns: shape.dns,
  });
  const drawn = shape.dhcp && dhcp !== undefined ? { ...spec, dhcp } : spec;
  return { ...resource(at('edge', 'cell-7', `router.${SEGMENTS[index]}`), drawn), needs: [segment, uplink] };
}

describe('generations of a network on the real kernel', function () {
  this.timeout(300_000);
  let lab: NetnsLab;
  let world: TestWorld;
  const handles = new Map<Kind, Handle>();
  const facts: DriverFacts[] = [];

  before(async () => {
    lab = netnsLab();
    const [machine, far] = [await lab.machine('cell-7'), await lab.machine('far')];
    for (const device of [...CARDS, 'under0']) await lab.cable(machine, device, far, device);
    await machine.run('ip', 'addr', 'add', '10.251.0.17/24', 'dev', 'under0');
    world = await testWorld(machine);
    for (const kind of KINDS) {
      const connected = await world.connect(kind === 'edge' ? edge : bridge, kind);
      handles.set(kind, connected.handle);
      facts.push(connected.facts);
    }
  });
  after(async () => {
    await lab.close();
    await world.close();
  });

  it('converge from each to the next, from damage, and to nothing', async () => {
    const shapes = fc.sample(networkShape, { numRuns: GENERATIONS, seed: 7 });
    const designs = [...shapes.map(shape => designOf(world, shape)), emptyDesign(world.world.gateway)];
    const actions = new Set<string>();
    for (const [generation, design] of designs.entries()) {
      for (const done of await apply(design, generation)) actions.add(`${done.action} ${done.kind}`);
      assert.deepEqual((await planFor(design)).steps, [], `generation ${generation} is reached`);
      await damage(generation);
      await apply(design, generation);
      assert.deepEqual((await planFor(design)).steps, [], `generation ${generation} is mended`);
    }
    for (const kind of KINDS) assert.ok(actions.has(`create ${kind}`) && actions.has(`remove ${kind}`), kind);
    assert.ok(actions.has('replace edge') && actions.has('update segment'), 'the sample is rich enough');
    assert.doesNotMatch(await world.machine.run('ip', 'link'), /gw[a-z][0-9a-f]{10}|gatewright/);
    assert.equal(await world.machine.run('ls', '/run/netns'), '');
  });

  async function planFor(design: GatewayDesign): Promise<Plan> {
    const found = (await Promise.all(KINDS.map(kind => handleOf(kind).observe()))).flat();
    const resources = Object.fromEntries(found.map(one => [one.address, one]));
    const observed = { gateway: 'cell-7', generation: 0, atMs: 0, resources };
    return plan({ design, observed, facts, label: 'real' }).plan;
  }

  /** Steps whose needs are done run side by side, as in the agent. */
  async function apply(design: GatewayDesign, generation: number): Promise<readonly Step[]> {
    const { steps } = await planFor(design);
    const done = new Map<string, Promise<void>>();
    for (const one of steps) {
      const before = Promise.all(one.needs.map(id => done.get(id)));
      done.set(
        one.id,
        before.then(() => perform(one, design, generation)),
      );
    }
    await Promise.all(done.values());
    return steps;
  }

  async function perform({ action, kind, address, changes, was }: Step, design: GatewayDesign, generation: number) {
    const handle = handleOf(kind);
    if (action === 'remove' || action === 'replace') await handle.remove(was ?? address, step(generation));
    const wanted: Resource | undefined = design.resources[address];
    if (wanted === undefined) return;
    if (action === 'update') await handle.update(wanted, changes, step(generation), was);
    else await handle.create(wanted, step(generation));
  }

  /** Takes away one device of ours, another one in each generation. */
  async function damage(generation: number): Promise<void> {
    const links = JSON.parse(await world.machine.run('ip', '-j', 'link', 'show')) as { ifname: string }[];
    const ours = links.map(link => link.ifname).filter(name => /^gw[a-z][0-9a-f]{10}$/.test(name));
    const victim = ours[(generation * 5) % Math.max(1, ours.length)];
    if (victim !== undefined) await world.machine.run('ip', 'link', 'del', victim);
  }

  function handleOf(kind: Kind): Handle {
    const handle = handles.get(kind);
    assert.ok(handle !== undefined);
    return handle;
  }
});
