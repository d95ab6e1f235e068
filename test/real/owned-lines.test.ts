// Serial lines that one VM owns, on a real libvirtd: what is said at the far end of a pseudo terminal reaches a guest that runs, and
// back, as bytes and as frames of a CAN adapter. The kernel of the guest has its own driver on both ports.
import assert from 'node:assert/strict';
import { libvirt } from '../../runtime/drivers/libvirt/driver.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { Handle } from '../../runtime/model/driver.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { step, until } from '../contract/driver-case.ts';
import { resource } from '../contract/samples.ts';
import { GuestConsole } from '../lab/guest-console.ts';
import { canImageStore } from '../lab/guest-images.ts';
import { type PrivateLibvirtd, privateLibvirtd } from '../lab/libvirt.ts';
import { frameOf } from '../protocols/can/bus-world.ts';
import { type PretendedAdapter, pretendedAdapter } from '../protocols/can/pretended-adapter.ts';
import { type TestDevice, testDevice } from '../protocols/serial/device.ts';

const DOMAIN = 'gw.cell-7.robot-a';
/** Where the kernel of the guest says which of its serial ports are on PCI. */
const PORTS = '/sys/bus/pci/devices/*/tty/ttyS*';
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
const robot = resource('vm', 'robot-a', {
  ...{ tenant: 'vendor-a', image: 'can-linux', kernelArguments: '', vcpus: 1, memoryMiB: 160, watchdog: 'none' },
  ...{ startOrder: 100, nics: [], fieldLine: true, running: true, hotplug: { pciSlots: 2, usb: false } },
});

function owned(name: string, path: string): Resource<'device'> {
  const attach = { by: 'serial', path } as const;
  return resource('device', name, {
    vm: robot.address as Address<'vm'>,
    tenant: 'vendor-a',
    label: name,
    attach,
    plugged: true,
  });
}

describe('serial lines that one VM owns, on libvirt', function () {
  this.timeout(300_000).bail(true);
  const closers: (() => unknown)[] = [];
  let daemon: PrivateLibvirtd;
  let devices: Handle<'device'>;
  let guest: GuestConsole;
  let meter: TestDevice;
  let adapter: PretendedAdapter;
  /** The port of the meter, and that of the adapter, in the guest. */
  let port = '';
  let line = '';

  before(async () => {
    const images = canImageStore('can-linux');
    closers.unshift(() => images.close());
    // Devices have names that stay below /dev, as udev gives them: links to whatever terminal is there this time.
    meter = await testDevice('/dev/shm');
    closers.unshift(() => meter.close());
    adapter = await pretendedAdapter();
    closers.unshift(() => adapter.close());
    daemon = await privateLibvirtd();
    closers.unshift(() => daemon.close());
    const world = {
      host: localHost,
      gateway: { name: 'cell-7', backend: 'linux' },
      stateDirectory: daemon.stateDirectory,
      now: Date.now,
      settings: { libvirtSocket: daemon.socket, imageDirectory: images.directory, shutdownSeconds: '0' },
    } as const;
    const [vmHandle, deviceHandle] = await Promise.all(
      libvirt.drivers.map(async one => (await one.connect(world)).handle),
    );
    const vms = vmHandle as Handle<'vm'>;
    closers.unshift(() => vms.close());
    devices = deviceHandle as Handle<'device'>;
    closers.unshift(() => devices.close());
    await vms.create(robot, step(1));
    guest = await GuestConsole.open(String((await vms.observe())[0]?.status.console));
    closers.unshift(() => guest.close());
  });
  after(async () => {
    for (const close of closers) await close();
  });

  /** Paths of the guest's ports on PCI, when there are so many. */
  const portsOfGuest = async (count: number) => {
    const list = `ls -d ${PORTS} 2>/dev/null`;
    const said = await guest.run(`until [ $(${list} | wc -l) -eq ${count} ]; do sleep 0.1; done; ${list} || true`);
    return [...said.matchAll(/ttyS\d+$/gm)].map(([name]) => `/dev/${name}`);
  };
  const observed = async ({ address }: Resource<'device'>) =>
    (await devices.observe()).find(one => one.address === address);
  /** What the guest hears of bytes from the far end, in hex. */
  const told = async (bytes: Buffer) => {
    await guest.run(`exec 3<>${port}; stty raw -echo <&3; (head -c ${bytes.length} <&3 >/tmp/heard &)`);
    meter.say(bytes);
    await guest.run(`until [ $(wc -c </tmp/heard) -eq ${bytes.length} ]; do sleep 0.1; done`);
    return guest.run(`hexdump -v -e '1/1 "%02x"' /tmp/heard`);
  };

  it('come to a guest that runs as a port of its own', async () => {
    assert.deepEqual(await portsOfGuest(0), []);
    const drawn = owned('meter', meter.path);
    await devices.create(drawn, step(2));
    [port = ''] = await portsOfGuest(1);
    assert.deepEqual((await observed(drawn))?.spec, drawn.spec);
  });

  it('bring every byte from the far end to the guest, and back', async () => {
    assert.equal(await told(EVERY_BYTE), EVERY_BYTE.toString('hex'));
    const octal = [...EVERY_BYTE].map(byte => `\\0${byte.toString(8)}`).join('');
    await guest.run(`stty raw -echo -F ${port}; printf '%b' '${octal}' >${port}`);
    await until(() => meter.heard.length >= EVERY_BYTE.length, 'what the guest said');
    assert.deepEqual(meter.heard, EVERY_BYTE);
  });

  it('bring frames both ways, when a CAN adapter speaks there and the guest makes it an interface', async () => {
    await devices.create(owned('drive', adapter.path), step(3));
    line = (await portsOfGuest(2)).find(one => one !== port) ?? '';
    await guest.run(`slcand -o -c -s6 ${line} can0 && ip link set can0 up`);
    await guest.run('cansend can0 2A0#1122334455667788 && cansend can0 18DAF110#0A0D');
    await until(() => adapter.lines.length === 2, 'two frames of the guest');
    assert.deepEqual(adapter.lines, ['t2A081122334455667788', 'T18DAF11020A0D']);
    assert.equal(adapter.bitRate, 500_000);
    await guest.run(
      '(candump -L -n 2 can0 >/tmp/frames &); until grep -q raw /proc/net/can/rcvlist_all; do sleep 0.1; done',
    );
    adapter.hears(frameOf(0x123, 0xde, 0xad), frameOf(0x7ff));
    const said = await guest.run('until [ $(wc -l </tmp/frames) -eq 2 ]; do sleep 0.1; done; cat /tmp/frames');
    assert.deepEqual(
      [...said.matchAll(/ can0 (\S+)/g)].map(([, frame]) => frame),
      ['123#DEAD', '7FF#'],
    );
  });

  it('are drift while an adapter is unplugged, and are given again when it is back, while the guest runs on', async () => {
    const drawn = owned('meter', meter.path);
    const id = await daemon.virsh('domid', DOMAIN);
    await meter.unplug();
    assert.equal((await observed(drawn))?.spec.plugged, false);
    await meter.plug();
    assert.equal(
      (await observed(drawn))?.spec.plugged,
      false,
      'what the guest has is the adapter that was there before',
    );
    await devices.update(drawn, [], step(4));
    assert.equal((await observed(drawn))?.spec.plugged, true);
    [port = ''] = (await portsOfGuest(2)).filter(one => one !== line);
    assert.equal(await told(Buffer.from('back')), Buffer.from('back').toString('hex'));
    assert.equal(await daemon.virsh('domid', DOMAIN), id);
  });

  it('go from the guest when nobody owns them any more', async () => {
    for (const name of ['meter', 'drive'] as const) await devices.remove(`device.cell-7/${name}`, step(5));
    assert.deepEqual(await portsOfGuest(0), []);
    assert.deepEqual(await devices.observe(), []);
  });
});
