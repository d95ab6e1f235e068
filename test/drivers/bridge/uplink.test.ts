import assert from 'node:assert/strict';
import { bridge } from '../../../runtime/drivers/bridge/driver.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import { diff } from '../../../runtime/plan/diff.ts';
import { type NetnsLab, netnsLab } from '../../lab/netns.ts';
import { at, resource, step, type TestWorld, testWorld, uplinkSpec } from '../gateway-lab.ts';

const address = at('uplink', 'cell-7', 'plant');
const uplink = resource(address, uplinkSpec);

describe('an uplink on the real kernel', function () {
  this.timeout(120_000);
  let lab: NetnsLab;
  let gateway: TestWorld;
  let uplinks: Handle<'uplink'>;

  before(async () => {
    lab = netnsLab();
    const [machine, far] = [await lab.machine('cell-7'), await lab.machine('far')];
    for (const device of ['plant0', 'plant1']) await lab.cable(machine, device, far, device);
    await machine.run('ip', 'link', 'set', 'plant0', 'alias', 'panel 3, port 12');
    gateway = await testWorld(machine);
    uplinks = (await gateway.connect(bridge, 'uplink')).handle;
  });
  after(async () => {
    await lab.close();
    await gateway.close();
  });
  afterEach(async () => {
    await uplinks.remove(address, step(9));
  });

  const card = async () => JSON.parse(await gateway.machine.run('ip', '-j', 'link', 'show', 'plant0'))[0] as Card;

  it('borrows a card, leaves its alias alone, and gives it back as it was', async () => {
    const before = await card();
    await uplinks.create(uplink, step(2));
    const [found] = await uplinks.observe();
    assert.deepEqual(found?.spec, uplink.spec);
    assert.equal(found?.generation, 2);
    assert.equal((await card()).ifalias, 'panel 3, port 12');
    await uplinks.remove(address, step(3));
    await uplinks.remove(address, step(3));
    assert.deepEqual(await card(), before);
  });

  it('keeps one claim over many generations', async () => {
    for (const generation of [1, 2, 3]) await uplinks.create(uplink, step(generation));
    assert.deepEqual((await card()).altnames, ['gatewright:uplink.cell-7:plant;generation=3;role=plant']);
  });

  it('shows a card that is switched off as one without a role, and switches it on', async () => {
    await uplinks.create(uplink, step(1));
    await gateway.machine.run('ip', 'link', 'set', 'plant0', 'down');
    assert.deepEqual(diff((await uplinks.observe())[0]?.spec, uplink.spec), [{ field: 'role', to: 'plant' }]);
    await uplinks.update(uplink, [], step(2));
    assert.deepEqual((await uplinks.observe())[0]?.spec, uplink.spec);
  });

  it('moves the claim when it is renamed', async () => {
    await uplinks.create(uplink, step(1));
    const renamed = at('uplink', 'cell-7', 'hall');
    await uplinks.update(resource(renamed, uplinkSpec), [], step(2), address);
    assert.deepEqual(
      (await uplinks.observe()).map(item => item.address),
      [renamed],
    );
    await uplinks.remove(renamed, step(3));
  });

  it('refuses a card that is not there or lent to another uplink', async () => {
    await assert.rejects(uplinks.create(resource(address, { device: 'enp9s0', role: 'plant' }), step(1)), {
      code: 'GW_NETWORK_DEVICE_MISSING',
      message: 'the gateway has no network card enp9s0; plug it in or correct the device in the drawing',
    });
    await uplinks.create(uplink, step(1));
    await assert.rejects(uplinks.create(resource(at('uplink', 'cell-7', 'second'), uplinkSpec), step(1)), {
      code: 'GW_NETWORK_FOREIGN',
    });
  });

  it('ignores the claims of other gateways and other people', async () => {
    const foreign = ['gatewright:uplink.cell-8:plant;generation=1;role=plant', 'gatewright-notes', 'lan-top'];
    const names = foreign.flatMap(name => ['altname', name]);
    await gateway.machine.run('ip', 'link', 'property', 'add', 'dev', 'plant1', ...names);
    assert.deepEqual(await uplinks.observe(), []);
    await uplinks.remove(address, step(1));
    const text = await gateway.machine.run('ip', 'link', 'show', 'plant1');
    for (const name of foreign) assert.ok(text.includes(name));
  });
});

interface Card {
  readonly ifalias?: string;
  readonly altnames?: readonly string[];
}
