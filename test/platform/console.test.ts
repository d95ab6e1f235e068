// Consoles and power through the platform: who types is in the audit, who only watches cannot type.
import assert from 'node:assert/strict';
import type { Address } from '../../runtime/model/address.ts';
import { designOf, robotA, SAMPLE } from '../contract/samples.ts';
import { type SimulatedPlatform, simulatedPlatform } from './simulated-platform.ts';

const VM = robotA.address as Address<'vm'>;

describe('the consoles of the platform', () => {
  let world: SimulatedPlatform;
  let said = '';
  const hear = (bytes: Uint8Array) => {
    said += Buffer.from(bytes).toString();
  };
  beforeEach(async () => {
    said = '';
    world = await simulatedPlatform();
    await world.deploy(designOf(SAMPLE));
    const planHash = world.gateway().plan?.hash ?? '';
    await world.platform.apply({ gateway: 'cell-7', planHash, onFailure: 'stop' }, 'ivo');
  });
  afterEach(() => world.remove());
  const noted = () =>
    world.platform
      .audit()
      .filter(({ action }) => action === 'console' || action === 'power')
      .map(({ user, action, detail }) => [user, action, detail]);

  it('lets a typist type, and notes who that is', async () => {
    const session = await world.platform.console(VM, 'ivo', hear);
    session.write(Buffer.from('hello'));
    assert.match(said, /simulated: no guest runs here.*\r\nhello$/);
    assert.deepEqual(noted(), [['ivo', 'console', `opened ${VM} for typing`]]);
    session.close();
  });

  it('shows a watcher what is typed by others, and lets nothing through of theirs', async () => {
    const watcher = await world.platform.console(VM, undefined, hear);
    watcher.write(Buffer.from('smuggled'));
    assert.deepEqual(noted(), []);
    const typist = await world.platform.console(VM, 'ivo', () => {});
    typist.write(Buffer.from('seen'));
    assert.match(said, /seen$/);
    assert.doesNotMatch(said, /smuggled/);
    watcher.close();
    typist.close();
  });

  it('notes who switched what, and what was refused', async () => {
    await world.platform.power(VM, 'reset', 'ivo');
    const absent: Address<'vm'> = 'vm.cell-7/absent';
    await assert.rejects(world.platform.power(absent, 'stop', 'ot'), { code: 'GW_ADDRESS_UNKNOWN' });
    const [done, refused] = noted();
    assert.deepEqual(done, ['ivo', 'power', `reset ${VM}`]);
    assert.deepEqual(refused?.slice(0, 2), ['ot', 'power']);
    assert.match(String(refused?.[2]), /^stop vm\.cell-7\/absent refused: /);
  });

  it('sees whether a VM runs, and says so when it cannot see', async () => {
    assert.deepEqual(await world.platform.sightOf(VM), { label: 'simulated', power: 'running' });
    await world.platform.power(VM, 'stop', 'ivo');
    assert.deepEqual(await world.platform.sightOf(VM), { label: 'simulated', power: 'off' });
    assert.deepEqual(await world.platform.sightOf('vm.cell-7/absent'), { label: 'simulated', power: 'absent' });
    assert.deepEqual(await world.platform.sightOf('vm.cell-9/x'), { power: 'unknown' });
  });

  it('refuses the console of a gateway that is not drawn', async () => {
    await assert.rejects(world.platform.console('vm.cell-9/x', 'ivo', hear), { code: 'GW_GATEWAY_UNKNOWN' });
  });
});
