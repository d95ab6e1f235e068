import assert from 'node:assert/strict';
import { vswitch } from '../../runtime/drivers/vswitch/driver.ts';
import { factsOf } from '../../runtime/drivers/vswitch/facts.ts';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import { findLacks } from '../../runtime/plan/lacks.ts';
import { noticesOf } from '../../runtime/plan/notices.ts';
import { cellA, designOf, resource, robotPort, SAMPLE, vendorA, withSpec } from '../contract/samples.ts';
import { planned } from './planning.ts';

const proxied = withSpec(vendorA, {
  links: vendorA.spec.links.map(link => ({ ...link, port: robotPort.address, proxied: { legs: [] } })),
});
const guard = (functions: readonly number[]) => ({
  firewall: 'plc-guard',
  rules: [
    { id: 'reads', units: [], functions: [...functions], registers: [], values: [], action: 'accept', log: false },
  ],
});
const proxy = resource(
  'proxy',
  'robot-a.eth0',
  { tenant: 'vendor-a', segment: cellA.address, port: robotPort.address, mtu: 1450, guards: [guard([3])] },
  [cellA.address, vendorA.address],
);
const guarded = [...SAMPLE.filter(one => one !== vendorA), proxied, proxy];
const stepsOf = (before: Parameters<typeof planned>[0], after: Parameters<typeof planned>[1]) =>
  planned(before, after).plan?.steps ?? assert.fail('there is no plan');

describe('a plan for Modbus proxies', () => {
  it('closes the link before the proxy is made, so that nothing passes unjudged', () => {
    const order = stepsOf(SAMPLE, guarded).map(({ action, address }) => `${action} ${address}`);
    assert.deepEqual(order, ['update policy.cell-7/vendor-a', 'create proxy.cell-7/robot-a.eth0']);
  });

  it('changes rules in the proxy alone, while traffic flows, and says so', () => {
    const other = withSpec(proxy, { guards: [guard([3, 6])] });
    const { plan } = planned(guarded, [...guarded.filter(one => one !== proxy), other]);
    assert.ok(plan !== undefined);
    assert.deepEqual(
      plan.steps.map(({ action, address, impact }) => [action, address, impact.darkSeconds]),
      [['update', proxy.address, 0]],
    );
    assert.deepEqual(noticesOf(plan), [{ tenants: 'vendor-a', text: 'Modbus through plc-guard meets other rules.' }]);
  });

  it('takes the proxy away before the segment it stands on', () => {
    const order = stepsOf(guarded, []).map(({ address }) => address);
    assert.ok(order.indexOf(proxy.address) < order.indexOf(cellA.address));
    assert.ok(order.indexOf(proxy.address) < order.indexOf(robotPort.address));
  });

  it('is refused for an embedded gateway, whose switch does not look into Modbus TCP', () => {
    const facts = new Map(vswitch.drivers.map(({ kind }) => [kind, factsOf(kind)] as const));
    const network = designOf(guarded.filter(({ kind }) => kind !== 'vm'));
    const design: GatewayDesign = { ...network, gateway: { ...network.gateway, backend: 'embedded' } };
    assert.deepEqual(
      findLacks(design, facts).map(({ code, summary }) => [code, summary]),
      [
        [
          'GW_BACKEND_LACKS',
          'vendor-a uses proxied, which vswitch lacks: this switch does not look into Modbus TCP; draw the device as a bus, or use a Linux gateway.',
        ],
        ['GW_BACKEND_LACKS', 'robot-a.eth0 needs a proxy, which no driver of embedded makes.'],
      ],
    );
  });
});
