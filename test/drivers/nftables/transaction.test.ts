// A change of rules is one transaction, large or small, through the library or the program.
import assert from 'node:assert/strict';
import { bridgeTable } from '../../../runtime/drivers/nftables/encode/bridge.ts';
import { inetTable } from '../../../runtime/drivers/nftables/encode/inet.ts';
import type { Surroundings } from '../../../runtime/drivers/nftables/encode/surroundings.ts';
import { type Nft, openNft } from '../../../runtime/drivers/nftables/kernel/nft.ts';
import { type Command, replaceTable } from '../../../runtime/drivers/nftables/kernel/write.ts';
import { openLibnftables } from '../../../runtime/host/linux/libnftables.ts';
import { refusal, step } from '../../contract/driver-case.ts';
import { openDriver } from './open-driver.ts';
import { binding, link, policy, type Rule, rule } from './policies.ts';
import { type PolicyLab, policyLab } from './policy-lab.ts';

const EDGE = 'edge.cell-7/plant-edge.cell-a';
const AROUND: Surroundings = {
  table: 'gwt0000000001',
  tag: 'gatewright:policy.cell-7/vendor-a;generation=1',
  tenant: 'vendor-a',
  zones: { 'segment.cell-7/cell-a': 1 },
  uplinks: {},
  cards: {},
};

function commands(...rules: readonly Rule[]): readonly Command[] {
  const { spec } = policy(
    [binding('port.cell-7/a.eth0', '02:00:00:00:00:01')],
    [link('guard', EDGE, 'to-port', ...rules)],
  );
  return [...replaceTable(bridgeTable(spec, AROUND)), ...replaceTable(inetTable(spec, AROUND))];
}

describe('a transaction of nftables', function () {
  this.timeout(120_000);
  let lab: PolicyLab;
  before(async () => {
    lab = await policyLab();
  });
  afterEach(() => lab.gateway.run('nft', 'flush', 'ruleset'));
  after(() => lab?.close());

  const rules = () => lab.gateway.run('nft', 'list', 'ruleset');
  const open = (mode: 'library' | 'command'): Promise<Nft> => openNft(lab.host, lab.settings(mode), '/run/scratch');

  for (const mode of ['library', 'command'] as const) {
    it(`that fails anywhere leaves all old rules in force (${mode})`, async () => {
      const nft = await open(mode);
      await nft.apply(commands(rule('old')));
      const before = await rules();
      const place = { family: 'inet', table: AROUND.table };
      const unknownChain = { add: { rule: { ...place, chain: 'nowhere', expr: [{ drop: null }] } } };
      const unknownKind = { add: { nonsense: { ...place } } };
      for (const bad of [unknownChain, unknownKind])
        assert.equal(
          await refusal(nft.apply([...commands(rule('new'), rule('newer')), bad])),
          'GW_HOST_COMMAND_FAILED',
        );
      assert.equal(await rules(), before);
      await nft.apply(commands(rule('new')));
      assert.notEqual(await rules(), before);
      await nft.close();
    });

    it(`tells what is not there from what went wrong (${mode})`, async () => {
      const nft = await open(mode);
      assert.equal(await nft.table('inet', 'gwt0000000002'), undefined);
      assert.deepEqual(await nft.tables(), []);
      await nft.close();
    });

    it(`writes nothing but its scratch file, and takes that away (${mode})`, async () => {
      const nft = await open(mode);
      await nft.apply(commands(rule('old')));
      await refusal(nft.apply([{ add: { nonsense: null } }]));
      assert.deepEqual(await lab.host.list('/run/scratch'), []);
      await nft.close();
    });
  }

  it('takes 10,000 rules in one go and reads them back as they were drawn', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      rule(`rule-${index}`, {
        protocol: 'tcp',
        sources: [`10.${(index >> 8) & 0xff}.${index & 0xff}.0/28`],
        destinations: [`192.168.${index % 250}.${index % 200}/32`],
        ports: [String(1 + (index % 60_000))],
      }),
    );
    const subject = policy([], [link('guard', EDGE, 'to-port', ...many)]);
    const driver = await openDriver(lab);
    await driver.apply(subject);
    assert.deepEqual(await driver.drift(subject), []);
    assert.equal(
      (await rules()).match(/@gw_s0_to_\d+ return/g)?.length,
      2,
      'one rule looks all of them up, one their replies',
    );
    // Changed in place: everything else stays.
    const fewer = policy([], [link('guard', EDGE, 'to-port', ...many.slice(1))]);
    await driver.apply(fewer);
    assert.deepEqual(await driver.drift(fewer), []);
    await driver.remove(fewer);
    await driver.close();
  });

  it('keeps policies apart that are made at the same time', async () => {
    const driver = await openDriver(lab);
    const all = ['a', 'b', 'c', 'd'].map(tenant => {
      const made = policy(
        [],
        [{ ...link('guard', `edge.cell-7/e.${tenant}`, 'to-port', rule('all')), segment: `segment.cell-7/${tenant}` }],
        tenant,
      );
      return made;
    });
    await Promise.all(all.map(each => driver.apply(each)));
    for (const each of all) assert.deepEqual(await driver.drift(each), []);
    const zones = [...(await rules()).matchAll(/ct zone set (\d+)/g)].map(match => match[1]);
    assert.equal(new Set(zones).size, 4);
    await driver.close();
  });

  it('refuses ports where there are none, and more combinations than the kernel should hold', async () => {
    const driver = await openDriver(lab);
    const networks = Array.from({ length: 300 }, (_, index) => `10.${index % 250}.${index >> 3}.0/24`);
    for (const bad of [
      rule('ping', { protocol: 'icmp', ports: ['1'] }),
      rule('much', { protocol: 'tcp', sources: networks, destinations: networks }),
    ])
      assert.equal(
        await refusal(driver.handle.create(policy([], [link('guard', EDGE, 'to-port', bad)]), step(1))),
        'GW_BUG',
      );
    assert.equal(await rules(), '');
    await driver.close();
  });
});

describe('libnftables in this process', () => {
  it('says which network namespace it cannot enter', async () => {
    await assert.rejects(openLibnftables('/nonexistent/netns'), /\/nonexistent\/netns cannot be opened/);
  });

  it('gives way to the program when it does not load, unless it was asked for', async () => {
    const lab = await policyLab();
    try {
      const nowhere = { nftNamespace: '/nonexistent/netns' };
      const nft = await openNft(lab.host, nowhere, '/run/scratch');
      assert.equal(nft.via, 'command');
      assert.deepEqual(await nft.tables(), []);
      assert.equal(
        await refusal(openNft(lab.host, { ...nowhere, nft: 'library' }, '/run/scratch')),
        'GW_HOST_PROGRAM_MISSING',
      );
      const automatic = await openNft(lab.host, { nftNamespace: `/proc/${lab.gateway.pid}/ns/net` }, '/run/scratch');
      assert.equal(automatic.via, 'library');
      await automatic.close();
    } finally {
      await lab.close();
    }
  });

  it('lists tables of others that are switched off, a thousand times, unharmed', async () => {
    const lab = await policyLab();
    try {
      await lab.host.writeFile(
        '/run/asleep.nft',
        'table inet asleep { flags dormant; }\ntable inet gwt0000000003 { flags dormant; }\n',
      );
      await lab.gateway.run('nft', '-f', '/run/asleep.nft');
      const nft = await openNft(lab.host, lab.settings('library'), '/run/scratch');
      for (let round = 0; round < 1_000; round += 1) {
        assert.equal((await nft.tables()).length, 2);
        assert.deepEqual((await nft.table('inet', 'gwt0000000003'))?.flags, ['dormant']);
      }
      await nft.close();
    } finally {
      await lab.close();
    }
  });
});
