import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readHeldTaps } from '../../../runtime/drivers/libvirt/held-taps.ts';
import { type Machine, type NetnsLab, netnsLab } from '../../lab/netns.ts';
import { labHost } from '../../lab/netns-host.ts';

const HOLDER = ['qemu-system-x86_64', '-machine', 'none', '-display', 'none', '-nodefaults', '-qmp', 'stdio'];

describe('which taps are held, on the real kernel', function () {
  this.timeout(60_000);
  let lab: NetnsLab;
  let machine: Machine;
  before(async () => {
    lab = netnsLab();
    machine = await lab.machine('cell-7');
    for (const tap of ['held', 'free', 'off']) await machine.run('ip', 'tuntap', 'add', 'dev', tap, 'mode', 'tap');
    for (const tap of ['held', 'free']) await machine.run('ip', 'link', 'set', tap, 'up');
  });
  after(() => lab.close());

  const held = async () => [...(await readHeldTaps(labHost(machine), ['held', 'free', 'off', 'absent']))].sort();

  /** A process that holds the tap `held`, which it does once it says something. */
  async function hold(): Promise<ChildProcess> {
    const holder = machine.start(...HOLDER, '-netdev', 'tap,id=n0,ifname=held,script=no,downscript=no');
    assert.ok(holder.stdout !== null);
    await once(holder.stdout, 'data');
    return holder;
  }

  it('is seen as soon as a guest has its tap, and as soon as it has let go', async () => {
    assert.deepEqual(await held(), ['off'], 'nobody can tell of a tap that is switched off');
    for (let turn = 0; turn < 10; turn += 1) {
      const holder = await hold();
      assert.deepEqual(await held(), ['held', 'off']);
      const gone = once(holder, 'exit');
      holder.kill('SIGKILL');
      await gone;
      assert.deepEqual(await held(), ['off']);
    }
  });
});
