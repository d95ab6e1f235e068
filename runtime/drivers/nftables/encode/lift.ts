// Modbus TCP of guarded links, taken to the proxy of each link: the bridge table gives such frames the proxy's MAC address, so
// that the bridge carries them there whatever they were sent to. What the proxy sends on its own is let in, and nothing else
// of it. That nothing passes a proxy by is made sure of in the inet table, where fragments are whole again.
import { portDevice } from '../../../host/linux/device-name.ts';
import type { PolicySpec } from '../../../model/kinds/policy.ts';
import {
  ACCEPT,
  COUNTER,
  concat,
  DROP,
  type Expression,
  goTo,
  isIn,
  isNotIn,
  match,
  meta,
  payload,
  type Statement,
  setPayload,
} from '../kernel/expression.ts';
import type { NftChain, NftElement, NftRule, NftSet } from '../kernel/table.ts';
import { HOOKS, segmentsOf } from './layout.ts';
import { type Lift, legsOn } from './lifts.ts';

/** IANA's port of Modbus TCP. */
const MODBUS_PORT = 502;
const FROM = meta('iifname');
const ETHER_TYPE = payload('ether', 'type');
const SENDER = payload('ether', 'saddr');
const RECEIVER = payload('ether', 'daddr');
const NONE = { packets: 0, bytes: 0 };

/** To a Modbus server, and back from one. */
export const MODBUS: readonly Statement[] = ['dport', 'sport'].map(field =>
  match(payload('tcp', field), '==', MODBUS_PORT),
);

export function liftSets(spec: PolicySpec, lifts: readonly Lift[]): readonly NftSet[] {
  if (lifts.length === 0) return [];
  return [
    set(
      'gw_proxies',
      'ifname',
      lifts.map(({ proxy }) => ({ key: proxy.device })),
    ),
    set(
      'gw_proxy_macs',
      ['ifname', 'ether_addr'],
      lifts.map(({ proxy }) => ({ key: { concat: [proxy.device, proxy.mac] } })),
    ),
    // Read back only: it says which stations the tables were written for.
    set('gw_legs', ['ifname', 'ether_addr'], legElements(spec)),
    ...lifts.flatMap((lift, index) => [
      set(`gw_lift_in${index}`, 'ifname', lift.entrances),
      set(
        `gw_lift_macs${index}`,
        'ether_addr',
        lift.stations.map(mac => ({ key: mac })),
      ),
    ]),
  ];
}

function legElements(spec: PolicySpec): readonly NftElement[] {
  return segmentsOf(spec).flatMap((segment, index) =>
    legsOn(spec, segment).map(({ leg, mac }) => ({
      key: { concat: [portDevice(leg), mac] },
      comment: `${index} ${leg}`,
    })),
  );
}

function set(name: string, type: NftSet['type'], elements: readonly NftElement[]): NftSet {
  return { name, type, flags: [], counted: false, elements };
}

/** First of the guard: what a proxy may send. */
export function proxyGuard(lifts: readonly Lift[]): readonly NftRule[] {
  return lifts.length === 0 ? [] : [{ expr: [isIn(FROM, 'gw_proxies'), goTo('gw_proxy_sender')] }];
}

export function liftChains(lifts: readonly Lift[]): readonly NftChain[] {
  if (lifts.length === 0) return [];
  const rules = MODBUS.map(modbus => ({ expr: [isType('ip'), modbus, goTo('gw_lift_port')] }));
  return [
    { name: 'gw_lift', hook: HOOKS.gw_lift, rules },
    // A frame between two guarded ports meets the proxy of its sender first, and comes from there to that of its receiver.
    { name: 'gw_lift_port', rules: [...lifts.map(fromPort), ...lifts.map(toPort)] },
    ...lifts.map(({ proxy, port }, index) => ({
      name: `gw_lift${index}`,
      rules: [{ expr: [COUNTER, setPayload(RECEIVER, proxy.mac)], comment: `lift ${port}`, counter: NONE }],
    })),
    proxySender(),
  ];
}

function fromPort({ device }: Lift, index: number): NftRule {
  return { expr: [match(FROM, '==', device), goTo(`gw_lift${index}`)] };
}

function toPort({ behind }: Lift, index: number): NftRule {
  const stations = `gw_lift_macs${index}`;
  const station = behind ? isIn(RECEIVER, stations) : isNotIn(RECEIVER, stations);
  return { expr: [isIn(FROM, `gw_lift_in${index}`), station, goTo(`gw_lift${index}`)] };
}

/** It asks for addresses without naming one of its own, and speaks Modbus with the addresses of others. */
function proxySender(): NftChain {
  return {
    name: 'gw_proxy_sender',
    rules: [
      { expr: [isNotIn(concat(FROM, SENDER), 'gw_proxy_macs'), COUNTER, DROP], comment: 'proxy', counter: NONE },
      { expr: [match(payload('arp', 'saddr ip'), '==', '0.0.0.0'), ACCEPT] },
      ...MODBUS.map(modbus => ({ expr: [isType('ip'), modbus, ACCEPT] })),
      { expr: [COUNTER, DROP], comment: 'proxy', counter: NONE },
    ],
  };
}

function isType(type: Expression): Statement {
  return match(ETHER_TYPE, '==', type);
}
