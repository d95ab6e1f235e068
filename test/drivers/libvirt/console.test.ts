// Console, field line and power switches of VMs on a real libvirtd with emulated processors.
import assert from 'node:assert/strict';
import { lstat, realpath, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { libvirt } from '../../../runtime/drivers/libvirt/driver.ts';
import { fieldSocketOf } from '../../../runtime/host/field-sockets.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { ConsoleLine } from '../../../runtime/model/console.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { rtuFrame } from '../../../runtime/protocols/modbus/adu/frames.ts';
import { refusal, step, until } from '../../contract/driver-case.ts';
import { hearField, plugField } from '../../lab/field-socket.ts';
import { GuestConsole } from '../../lab/guest-console.ts';
import { imageStore } from '../../lab/guest-images.ts';
import { masterAnswer, masterCommand } from '../../lab/guest-master.ts';
import { type PrivateLibvirtd, privateLibvirtd } from '../../lab/libvirt.ts';
import { netnsLab } from '../../lab/netns.ts';
import { labHost } from '../../lab/netns-host.ts';

const BOOT_MS = 180_000;
const vm: Resource<'vm'> = {
  address: 'vm.cell-7/robot-a',
  kind: 'vm',
  spec: {
    tenant: 'vendor-a',
    image: 'tiny-linux',
    kernelArguments: '',
    vcpus: 1,
    memoryMiB: 112,
    watchdog: 'none',
    startOrder: 100,
    nics: [],
    fieldLine: true,
    running: true,
  },
  needs: [],
  source: { node: 'node-vm-robot-a' },
};

const READ = Buffer.from('03000a0001', 'hex');
const ANSWER = Buffer.from('03020900', 'hex');
const renamed: Resource<'vm'> = { ...vm, address: 'vm.cell-7/robot-b', was: vm.address };

/** Somebody who listens to a line from its history on. */
class Listener {
  heard = '';
  readonly leave: () => void;
  readonly #line: ConsoleLine;

  constructor(line: ConsoleLine) {
    this.#line = line;
    const hear = (bytes: Uint8Array) => {
      this.heard += Buffer.from(bytes).toString();
    };
    hear(line.history());
    this.leave = line.listen(hear);
  }

  /** Types a command until the guest answers it: what is typed while it boots is lost. */
  async ask(id: number, command: string): Promise<string> {
    const answer = new RegExp(`@@BEGIN ${id}\\s+((?:(?!@@BEGIN)[^])*?)\\s+@@END ${id} 0`);
    let asked = 0;
    await until(
      () => {
        if (asked % 50 === 0) this.#line.write(Buffer.from(`@${id} ${command}\n`));
        asked += 1;
        return answer.test(this.heard);
      },
      `the answer to ${command}`,
      BOOT_MS,
    );
    return answer.exec(this.heard)?.[1] ?? '';
  }
}

describe('console, field line and power of a VM on libvirt', function () {
  this.timeout(3 * BOOT_MS);
  let handle: Handle<'vm'>;
  const closers: (() => unknown)[] = [];
  let daemon: PrivateLibvirtd;
  const stateOf = async () => (await handle.observe())[0]?.status.state;

  async function line(): Promise<ConsoleLine> {
    const found = await handle.console?.(vm.address);
    assert.ok(found !== undefined);
    return found;
  }

  before(async () => {
    const images = imageStore('tiny-linux');
    closers.unshift(() => images.close());
    const lab = netnsLab();
    closers.unshift(() => lab.close());
    const machine = await lab.machine('cell-7');
    daemon = await privateLibvirtd(machine);
    closers.unshift(() => daemon.close());
    const connected = await libvirt.drivers[0]?.connect({
      host: labHost(machine),
      gateway: { name: 'cell-7', backend: 'linux' },
      stateDirectory: daemon.stateDirectory,
      now: Date.now,
      settings: { libvirtSocket: daemon.socket, imageDirectory: images.directory, shutdownSeconds: '0' },
    });
    handle = connected?.handle as Handle<'vm'>;
    closers.unshift(() => handle.close());
    await handle.create(vm, step(1));
  });
  after(async () => {
    for (const close of closers) await close();
  });

  it('lets several people share the line of a guest, and lets go of it when the last one leaves', async () => {
    const first = new Listener(await line());
    const second = new Listener(await line());
    assert.equal(await first.ask(1, 'echo once-for-both'), 'once-for-both');
    await until(() => second.heard.includes('@@END 1 0'), 'the second one hears it too');
    first.leave();
    assert.equal(await second.ask(2, 'echo still-there'), 'still-there');
    second.leave();
    const observed = (await handle.observe())[0];
    const other = await GuestConsole.open(String(observed?.status.console));
    assert.equal(await other.run('echo somebody-else'), 'somebody-else');
    other.close();
    const late = await line();
    for (const said of ['once-for-both', 'still-there', 'somebody-else'])
      assert.ok(Buffer.from(late.history()).includes(said), `${said} is in the history`);
  });

  it('switches a guest, and its line goes on over power cycles', async () => {
    const person = new Listener(await line());
    const bootOf = (id: number) => person.ask(id, 'cat /proc/sys/kernel/random/boot_id');
    const first = await bootOf(10);
    await handle.power?.(vm.address, 'pause');
    assert.equal(await stateOf(), 'paused');
    await handle.power?.(vm.address, 'resume');
    assert.equal(await stateOf(), 'running');
    assert.equal(await bootOf(11), first, 'a pause is no restart');
    await handle.power?.(vm.address, 'stop');
    assert.equal(await stateOf(), 'shutoff');
    assert.equal(await refusal(handle.power?.(vm.address, 'reset') ?? Promise.resolve()), 'GW_HOST_COMMAND_FAILED');
    await handle.power?.(vm.address, 'start');
    const second = await bootOf(12);
    await handle.power?.(vm.address, 'reset');
    const third = await bootOf(13);
    assert.equal(new Set([first, second, third]).size, 3, 'each start is another one');
    person.leave();
  });

  it('has its field line under its name, over a rename too, and not for everybody', async () => {
    const nameOf = (address: Address<'vm'>) => fieldSocketOf(daemon.stateDirectory, 'cell-7', address);
    const { mode } = await stat(nameOf(vm.address));
    assert.equal(mode & 0o002, 0, 'to connect is to write');
    const socket = await realpath(nameOf(vm.address));
    const field = await plugField(nameOf(vm.address));
    const person = new Listener(await line());
    const answered = person.ask(20, masterCommand(7, READ.toString('hex'), ANSWER.length));
    const request = Buffer.from(rtuFrame(7, READ));
    assert.deepEqual(await hearField(field, request.length), request);
    field.write(rtuFrame(7, ANSWER));
    assert.equal(masterAnswer(await answered), ANSWER.toString('hex'));
    field.destroy();
    person.leave();
    await handle.update(renamed, [], step(2), vm.address);
    await assert.rejects(lstat(nameOf(vm.address)), { code: 'ENOENT' });
    assert.equal(await realpath(nameOf(renamed.address)), socket, 'it is the same line');
  });

  it('shows when somebody took its field line, as an older version has defined it, and gets it back by a restart', async () => {
    const whole = await daemon.virsh('dumpxml', '--inactive', 'gw.cell-7.robot-a');
    const without = whole.replace(
      /<serial type='unix'>\s*<source mode='bind' path='[^']*\.field'\/>[\s\S]*?<\/serial>/,
      '',
    );
    assert.notEqual(without, whole);
    const file = join(daemon.stateDirectory, 'older.xml');
    await writeFile(file, without);
    await daemon.virsh('define', file);
    const seen = async () =>
      (await handle.observe()).map(({ spec, status }) => [spec.fieldLine, status.waitsForRestart]);
    assert.deepEqual(await seen(), [[undefined, ['fieldLine']]], 'what runs has it still');
    await handle.power?.(renamed.address, 'stop');
    await handle.power?.(renamed.address, 'start');
    assert.deepEqual(await seen(), [[false, undefined]]);
    const before = await daemon.virsh('domid', 'gw.cell-7.robot-a');
    const change = { field: 'fieldLine', from: false, to: true, how: 'restart' } as const;
    await handle.update(renamed, [change], step(3));
    assert.deepEqual(await seen(), [[true, undefined]]);
    assert.notEqual(await daemon.virsh('domid', 'gw.cell-7.robot-a'), before, 'it was started anew');
  });

  it('knows neither console nor switch of a VM that is not there', async () => {
    assert.equal(await handle.console?.('vm.cell-7/nobody'), undefined);
    assert.equal(await refusal(handle.power?.('vm.cell-7/nobody', 'stop') ?? Promise.resolve()), 'GW_ADDRESS_UNKNOWN');
  });
});
