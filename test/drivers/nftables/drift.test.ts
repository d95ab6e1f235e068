// What somebody does to the tables behind our back, and the exact fields in which it shows. Repaired by applying once more.
import assert from 'node:assert/strict';
import { type OpenDriver, openDriver } from './open-driver.ts';
import { binding, link, policy, rule } from './policies.ts';
import { type PolicyLab, policyLab } from './policy-lab.ts';

const ROBOT = 'port.cell-7/robot.eth0';
const CAMERA = 'port.cell-7/camera.eth0';
const EDGE = 'edge.cell-7/plant-edge.cell-a';
const SELF = 'policy.cell-7/vendor-a';
const GUARD = `links[guard@${EDGE}]`;
const WALL = `links[wall@${ROBOT}]`;

const sample = policy(
  [binding(CAMERA, '02:00:00:00:00:02'), binding(ROBOT, '02:00:00:00:00:01', '10.0.0.1', '10.0.0.7')],
  [
    link(
      'guard',
      EDGE,
      'to-port',
      rule('modbus', { protocol: 'tcp', destinations: ['192.168.50.10/32'], ports: ['502', '503'] }),
      rule('noisy', { protocol: 'udp', action: 'drop', log: true }),
      rule('ping', { protocol: 'icmp' }),
    ),
    link(
      'wall',
      ROBOT,
      'from-port',
      rule('all'),
      rule('web', { direction: 'inbound', protocol: 'tcp', ports: ['80'] }),
    ),
  ],
);

interface Damage {
  readonly what: string;
  /** One nft command; `$T` stands for the table's name. */
  readonly nft: string;
  readonly fields: readonly string[];
}

const DAMAGE: readonly Damage[] = [
  {
    what: 'an element of a rule is deleted',
    nft: 'delete element inet $T gw_s0_to_0 { 0.0.0.0/0 . 192.168.50.10 . 502 }',
    fields: [`${GUARD}.rules[modbus].ports[502]`],
  },
  {
    what: 'the only element of a rule is deleted',
    nft: 'delete element inet $T gw_s0_to_2 { 0.0.0.0/0 . 0.0.0.0/0 }',
    fields: [`${GUARD}.rules[ping]`],
  },
  {
    what: 'the elements of a rule are flushed',
    nft: 'flush set inet $T gw_s0_to_0',
    fields: [`${GUARD}.rules[modbus]`],
  },
  {
    what: 'an element is added',
    nft: 'add element inet $T gw_s0_to_0 { 10.0.0.0/8 . 10.9.9.9 . 22 }',
    fields: [`${GUARD}.rules[foreign-element-0]`],
  },
  {
    what: 'an element is added with a comment like ours',
    nft: 'add element inet $T gw_s0_to_0 { 10.0.0.0/8 . 10.9.9.9 . 22 comment "9 evil 0.0.0" }',
    fields: [`${GUARD}.rules[evil]`],
  },
  {
    what: 'a port security element is deleted',
    nft: 'delete element bridge $T gw_ips { "$ROBOT" . 10.0.0.7 }',
    fields: [`bindings[${ROBOT}].ips[10.0.0.7]`],
  },
  {
    what: 'a port may use one more address',
    nft: 'add element bridge $T gw_ips { "$ROBOT" . 10.0.0.99 comment "2" }',
    fields: [`bindings[${ROBOT}].ips[10.0.0.99]`],
  },
  {
    what: 'a port may use any address',
    nft: 'add element bridge $T gw_any_ip { "$ROBOT" }',
    fields: [`bindings[${ROBOT}].ips[0.0.0.0/0]`],
  },
  {
    what: 'a port may use a second MAC address',
    nft: 'add element bridge $T gw_macs { "$ROBOT" . 02:00:00:00:00:99 }',
    fields: [`bindings[${ROBOT}].mac`],
  },
  {
    what: 'a sender is added for a device that is not bound',
    nft: 'add element bridge $T gw_macs { "eth7" . 02:00:00:00:00:99 }',
    fields: [`links[altered-macs@${SELF}]`],
  },
  {
    what: 'a bridge of the host is added to the segments',
    nft: 'add element inet $T gw_segments { "home0" }',
    fields: [`links[altered-segments@${SELF}]`],
  },
  {
    what: 'an empty set is added under a name like ours',
    nft: 'add set inet $T gw_s0_to_9 { type ipv4_addr . ipv4_addr; }',
    fields: [`${GUARD}.rules[foreign-s0-to-9]`],
  },
  {
    what: 'a port that may use any address may use none',
    nft: 'delete element bridge $T gw_any_ip { "$CAMERA" }',
    fields: [`bindings[${CAMERA}].ips[0.0.0.0]`],
  },
  {
    what: 'the MAC address of a port is deleted',
    nft: 'delete element bridge $T gw_macs { "$ROBOT" . 02:00:00:00:00:01 }',
    fields: [`bindings[${ROBOT}].mac`],
  },
  {
    what: 'a port is taken out of port security',
    nft: 'delete element bridge $T gw_bound { "$ROBOT" }',
    fields: [`bindings[${ROBOT}]`],
  },
  {
    what: 'the first rule of port security is flushed',
    nft: 'flush chain bridge $T gw_guard',
    fields: [`links[altered-guard@${SELF}]`],
  },
  {
    what: 'a policed port is forgotten by the mark',
    nft: 'delete element bridge $T gw_out { "$EDGE" }',
    fields: [`links[altered-out@${SELF}]`],
  },
  {
    what: 'a table is switched off',
    nft: 'add table inet $T { flags dormant; }',
    fields: ['bindings', 'links', 'tenant'],
  },
  {
    what: 'the switch from links to chains is emptied',
    nft: 'flush map inet $T gw_out_request',
    fields: [`links[altered-out-request@${SELF}]`],
  },
  {
    what: 'the zone of a segment is not set',
    nft: 'flush chain inet $T gw_zone',
    fields: [`links[altered-zone@${SELF}]`],
  },
  {
    what: 'a chain is added',
    nft: 'add chain inet $T early { type filter hook forward priority -10; policy accept; }',
    fields: [`links[foreign-early@${SELF}]`],
  },
  {
    what: 'a set is added',
    nft: 'add set inet $T mine { type ipv4_addr; }',
    fields: [`links[foreign-mine@${SELF}]`],
  },
  {
    what: 'a counter object is added',
    nft: 'add counter inet $T mine',
    fields: [`links[foreign-counter-mine@${SELF}]`],
  },
  {
    what: 'one of the two tables is deleted',
    nft: 'delete table bridge $T',
    fields: ['bindings', 'links', 'tenant'],
  },
];

describe('drift of a policy', function () {
  this.timeout(120_000);
  let lab: PolicyLab;
  let driver: OpenDriver;
  let table: string;
  const devices = new Map<string, string>();

  before(async () => {
    lab = await policyLab();
    driver = await openDriver(lab);
    await driver.apply(sample);
    const listed = await lab.gateway.run('nft', 'list', 'ruleset');
    table = /table inet (gwt\w{10})/.exec(listed)?.[1] ?? '';
    for (const [name, port] of Object.entries({ ROBOT, CAMERA, EDGE }))
      devices.set(`$${name}`, new RegExp(`"(gw\\w{11})" comment "[\\d ]+${port}"`).exec(listed)?.[1] ?? '');
  });
  afterEach(() => driver.apply(sample));
  after(async () => {
    await driver?.close();
    await lab?.close();
  });

  const nft = async (command: string) => {
    const words = command.replace('$T', table).replace(/\$(ROBOT|CAMERA|EDGE)/, name => devices.get(name) ?? '');
    await lab.host.writeFile('/run/damage.nft', `${words}\n`);
    await lab.gateway.run('nft', '-f', '/run/damage.nft');
  };
  const fields = async () => (await driver.drift(sample)).map(change => change.field);
  const repaired = async () => {
    await driver.apply(sample);
    assert.deepEqual(await driver.drift(sample), []);
    const listed = await lab.gateway.run('nft', 'list', 'ruleset');
    assert.equal(/evil|mine|early|10\.9\.9\.9|10\.0\.0\.99/.test(listed), false, 'nothing of the damage is left');
  };

  for (const { what, nft: command, fields: expected } of DAMAGE)
    it(`shows exactly ${expected.join(', ').replaceAll(SELF, 'the policy')} when ${what}`, async () => {
      await nft(command);
      assert.deepEqual((await fields()).sort(), [...expected].sort());
      await repaired();
    });

  it('names a rule that somebody added by its handle, in the link whose chain it is in', async () => {
    await nft('insert rule inet $T gw_l0_to_request ip saddr 10.0.0.66 return');
    const [field, ...more] = await fields();
    assert.deepEqual(more, []);
    const handle = /rules\[foreign-(\d+)\]$/.exec(field ?? '')?.[1];
    assert.ok(field?.startsWith(GUARD) && handle !== undefined, field);
    // The handle is the one that nft itself prints, so the rule can be found and deleted by it.
    const listed = await lab.gateway.run('nft', '-a', 'list', 'table', 'inet', table);
    assert.match(listed, new RegExp(`ip saddr 10\\.0\\.0\\.66 return # handle ${handle}\\b`));
    await repaired();
  });

  it('names a rule that somebody added to a chain all links share', async () => {
    await nft('insert rule inet $T gw_forward accept');
    const [field, ...more] = await fields();
    assert.deepEqual(more, []);
    assert.match(field ?? '', /^links\[foreign-\d+@policy\.cell-7\/vendor-a\]$/);
    await repaired();
  });

  it('shows a rule that is no longer looked up, and one whose verdict was turned', async () => {
    const listed = await lab.gateway.run('nft', '-a', 'list', 'chain', 'inet', table, 'gw_l1_to_request');
    const handle = /@gw_s1_to_0 return # handle (\d+)/.exec(listed)?.[1];
    await nft(`delete rule inet $T gw_l1_to_request handle ${handle}`);
    assert.deepEqual(await fields(), [`${WALL}.rules[web]`]);
    await repaired();
    const again = await lab.gateway.run('nft', '-a', 'list', 'chain', 'inet', table, 'gw_l1_to_request');
    const present = /@gw_s1_to_0 return # handle (\d+)/.exec(again)?.[1];
    await nft(
      `replace rule inet $T gw_l1_to_request handle ${present} ip saddr . ip daddr . tcp dport @gw_s1_to_0 drop`,
    );
    assert.ok((await fields()).includes(`${WALL}.rules[web].action`));
    await repaired();
  });

  it('shows the missing last rule of a chain, which is what denies', async () => {
    const listed = await lab.gateway.run('nft', '-a', 'list', 'chain', 'inet', table, 'gw_l0_to_request');
    const handle = /drop comment "default" # handle (\d+)/.exec(listed)?.[1];
    await nft(`delete rule inet $T gw_l0_to_request handle ${handle}`);
    assert.deepEqual(await fields(), [`${GUARD}.rules[altered-l0-to-request]`]);
    await repaired();
  });

  it('shows exactly bridgeNetfilter when the kernel stops handing bridged frames over', async () => {
    const path = '/proc/sys/net/bridge/bridge-nf-call-iptables';
    await lab.host.writeKernelFile(path, '0');
    assert.deepEqual(await fields(), ['bridgeNetfilter']);
    await repaired();
    assert.equal((await lab.host.readFile(path))?.trim(), '1');
  });

  it('goes with the tag: tables without one are not ours to list, change or remove', async () => {
    await nft('flush chain inet $T gw_tag');
    assert.equal((await driver.handle.observe()).length, 1, 'the other table still says whose they are');
    assert.deepEqual((await fields()).sort(), ['bindings', 'links', 'tenant']);
    await nft('flush chain bridge $T gw_tag');
    assert.deepEqual(await driver.handle.observe(), []);
    await driver.remove(sample);
    assert.match(await lab.gateway.run('nft', 'list', 'tables'), new RegExp(table));
    await lab.gateway.run('nft', 'flush', 'ruleset');
    await driver.apply(sample);
    assert.deepEqual(await driver.drift(sample), []);
  });
});
