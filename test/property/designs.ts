// Random gateways for property tests: valid, closed under needs, and drawn from few names, so that two of them overlap.
import fc from 'fast-check';
import type { Address } from '../../runtime/model/address.ts';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { Spec } from '../../runtime/model/kind.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { designOf, GATEWAY, resource } from '../contract/samples.ts';

const tenant = fc.constantFrom('vendor-a', 'vendor-b');
const mtu = fc.constantFrom(1400, 1450, 1500);
const mac = fc.integer({ min: 0, max: 255 }).map(last => `02:00:00:00:00:${last.toString(16).padStart(2, '0')}`);
const ip = fc.integer({ min: 1, max: 5 }).map(last => `10.0.0.${last}`);

const uplink = fc.record({
  device: fc.constantFrom('plant0', 'wan0'),
  role: fc.constantFrom('plant' as const, 'uplink' as const),
});

const segment = fc.record({
  tenant,
  mode: fc.constantFrom('local' as const, 'overlay' as const, 'vlan' as const),
  mtu,
  // Few numbers, so that generations fight over them.
  vni: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  vlan: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  peers: fc.uniqueArray(fc.record({ address: ip, macs: fc.uniqueArray(mac, { maxLength: 3 }) }), {
    selector: peer => peer.address,
    maxLength: 2,
  }),
  onUplink: fc.boolean(),
});

const rule = fc.record({
  id: fc.constantFrom('modbus', 'time', 'ping'),
  direction: fc.constantFrom('outbound' as const, 'inbound' as const),
  action: fc.constantFrom('accept' as const, 'drop' as const),
  protocol: fc.constantFrom('any' as const, 'tcp' as const, 'udp' as const),
  sources: fc.subarray(['10.0.0.0/24']),
  destinations: fc.subarray(['192.168.50.10/32', '10.0.0.0/8']),
  ports: fc.subarray(['502', '123', '1000-2000']),
  log: fc.boolean(),
});
const rules = fc.uniqueArray(rule, { selector: each => each.id, maxLength: 3 });

const vm = fc.record({
  tenant,
  image: fc.constantFrom('tiny-linux', 'other'),
  vcpus: fc.integer({ min: 1, max: 2 }),
  memoryMiB: fc.constantFrom(112, 256),
  watchdog: fc.constantFrom('none' as const, 'reset' as const),
  startOrder: fc.integer({ min: 0, max: 2 }),
  nics: fc.uniqueArray(
    fc.record({ name: fc.constantFrom('eth0', 'eth1'), mac, ips: fc.uniqueArray(ip, { maxLength: 2 }), at: fc.nat(9) }),
    {
      selector: nic => nic.name,
      maxLength: 2,
    },
  ),
});

const edge = fc.record({
  nat: fc.boolean(),
  last: fc.integer({ min: 20, max: 22 }),
  dns: fc.subarray(['1.1.1.1', '9.9.9.9']),
});

const named = <T>(names: readonly string[], value: fc.Arbitrary<T>) =>
  fc.dictionary(fc.constantFrom(...names), value, { maxKeys: names.length });

const box = fc.record({
  uplinks: named(['plant', 'wan'], uplink),
  segments: named(['s1', 's2', 's3'], segment),
  vms: named(['v1', 'v2', 'v3'], vm),
  edges: named(['s1', 's2', 's3'], edge),
  rules,
});
type Box = typeof box extends fc.Arbitrary<infer T> ? T : never;

/** A design of the sample gateway. */
export const randomDesign: fc.Arbitrary<GatewayDesign> = box.map(each => designOf(resourcesOf(each)));

function resourcesOf(box: Box): readonly Resource[] {
  const uplinks = Object.entries(box.uplinks).map(([name, spec]) => resource('uplink', name, spec));
  const segments = Object.entries(box.segments).map(([name, spec]) => segmentOf(name, spec, uplinks[0]));
  const ports =
    segments.length === 0 ? [] : Object.entries(box.vms).flatMap(([name, spec]) => portsOf(name, spec, segments));
  const [firstUplink] = uplinks;
  const legs =
    firstUplink === undefined
      ? []
      : segments.flatMap(each => {
          const drawn = box.edges[nameOf(each)];
          return drawn === undefined ? [] : [legOf(each, firstUplink, drawn)];
        });
  const policies = policiesOf(segments, ports, legs, box.rules);
  const guard = (tenantName: string) =>
    policies.filter(each => each.spec.tenant === tenantName).map(each => each.address);
  const guarded = legs.map(leg => ({ ...leg, needs: [...leg.needs, ...guard(leg.spec.tenant)].sort() }));
  return [...uplinks, ...segments, ...ports, ...policies, ...guarded, ...vmsOf(box, ports, guard)];
}

function nameOf(each: Resource): string {
  return each.address.slice(each.address.indexOf('/') + 1);
}

function segmentOf(name: string, drawn: Box['segments'][string], uplink: Resource<'uplink'> | undefined) {
  const { onUplink, vni, vlan, ...spec } = drawn;
  const on = onUplink && uplink !== undefined ? { uplink: uplink.address } : {};
  const numbers = { ...(vni === undefined ? {} : { vni }), ...(vlan === undefined ? {} : { vlan }) };
  const needs = onUplink && uplink !== undefined ? [uplink.address] : [];
  return resource('segment', name, { ...spec, ...numbers, ...on, vswitch: name }, needs);
}

function portsOf(vmName: string, drawn: Box['vms'][string], segments: readonly Resource<'segment'>[]) {
  return drawn.nics.flatMap(nic => {
    const on = segments[nic.at % segments.length];
    if (on === undefined) return [];
    const spec = {
      tenant: drawn.tenant,
      vm: vmName,
      nic: nic.name,
      segment: on.address,
      mac: nic.mac,
      ips: nic.ips,
      mtu: on.spec.mtu,
    };
    return [resource('port', `${vmName}.${nic.name}`, spec, [on.address])];
  });
}

function legOf(on: Resource<'segment'>, uplink: Resource<'uplink'>, drawn: Box['edges'][string]): Resource<'edge'> {
  const spec: Spec<'edge'> = {
    tenant: on.spec.tenant,
    router: 'router',
    segment: on.address,
    uplink: uplink.address,
    inside: '10.0.0.254/24',
    insideMac: '02:00:00:00:01:01',
    mtu: on.spec.mtu,
    outside: `192.168.50.${drawn.last}/24`,
    outsideMac: '02:00:00:00:01:02',
    nat: drawn.nat,
    dns: drawn.dns,
    routes: [],
  };
  return resource('edge', `router.${nameOf(on)}`, spec, [on.address, uplink.address]);
}

function policiesOf(
  segments: readonly Resource<'segment'>[],
  ports: readonly Resource<'port'>[],
  legs: readonly Resource<'edge'>[],
  drawn: Spec<'policy'>['links'][number]['rules'],
) {
  const tenants = [...new Set([...segments, ...ports].map(each => each.spec.tenant))];
  return tenants.map(name => {
    const own = ports.filter(port => port.spec.tenant === name);
    const bindings = own.map(({ address, spec }) => ({
      port: address,
      segment: spec.segment,
      mac: spec.mac,
      ips: spec.ips,
    }));
    const links = legs
      .filter(leg => leg.spec.tenant === name)
      .map(leg => ({
        firewall: 'guard',
        segment: leg.spec.segment,
        port: leg.address,
        outbound: 'to-port' as const,
        rules: drawn,
      }));
    const needs = [...new Set<Address>([...bindings, ...links].map(each => each.segment))];
    return resource('policy', name, { tenant: name, bindings, links, bridgeNetfilter: true }, needs);
  });
}

function vmsOf(box: Box, ports: readonly Resource<'port'>[], guard: (tenant: string) => readonly Address[]) {
  const drawn = Object.entries(box.vms);
  return drawn.map(([name, spec]) => {
    const own = ports.filter(port => port.spec.vm === name);
    const nics = own.map(port => ({ name: port.spec.nic, port: port.address, mac: port.spec.mac, mtu: port.spec.mtu }));
    const earlier = drawn.filter(([, other]) => other.startOrder < spec.startOrder);
    const before = earlier.map(([other]): Address => `vm.${GATEWAY}/${other}`);
    const needs = [...own.map(port => port.address), ...guard(spec.tenant), ...before];
    return resource('vm', name, { ...spec, kernelArguments: '', nics, fieldLine: true, running: true }, needs);
  });
}

/** The same design after some of its things got another name, with `was` where it is declared. */
export function renamed(design: GatewayDesign, declared: boolean): GatewayDesign {
  const spell = (text: string) =>
    text.replaceAll(/((?:segment|port|edge|vm)\.cell-7\/(?:router\.)?)(s1|v1)/g, '$1$2-new');
  const all: readonly Resource[] = Object.values(design.resources);
  return designOf(
    all.map(each => {
      const text = JSON.parse(spell(JSON.stringify(each))) as Resource;
      return declared && text.address !== each.address ? { ...text, was: each.address } : text;
    }) as readonly Resource[],
  );
}
