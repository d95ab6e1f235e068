// The guest of the embedded back end, booted: what a person at its console and a program on its control line find there.
// Boots in QEMU, which has the serial ports and the network card of the emulated PC and takes seconds.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readImageFolder } from '../../runtime/host/images/store.ts';
import type { ImageManifest } from '../../runtime/model/image.ts';
import { buildEmbeddedImage } from '../../scripts/embedded-image.ts';
import { GuestConsole } from '../lab/guest-console.ts';

const LOOK_MS = 20;

describe('the guest of the embedded back end', function () {
  this.timeout(300_000);
  let folder = '';
  let emulator: ChildProcess | undefined;
  let person: Person | undefined;
  let control: GuestConsole;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gw-embedded-guest-'));
    const { directory } = buildEmbeddedImage();
    const { manifest } = await readImageFolder(directory);
    emulator = spawn('qemu-system-x86_64', boot(directory, manifest, folder), { stdio: 'ignore' });
    person = await Person.at(join(folder, manifest.ports.console));
    control = await GuestConsole.open(join(folder, manifest.ports.control));
  });

  after(async () => {
    control?.close();
    person?.leave();
    if (emulator?.exitCode === null && emulator.signalCode === null) {
      const ended = once(emulator, 'exit');
      emulator.kill();
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('says on the console that it is ready, and gives a person there a prompt', async () => {
    await person?.sees(/GUEST READY [\d.]+[\s\S]*tiny-linux:\/# /);
  });

  it('becomes who the control line says, more than once, with the memory that the manifest asks for', async () => {
    await control.run('gw-identity gw.hostname=a7 gw.eth0=10.0.0.7/24 gw.gateway=10.0.0.1 gw.httpd=80 gw.echo=7');
    const words =
      'gw.hostname=a8 gw.mac.eth0=02:00:00:00:00:08 gw.mtu.eth0=1400 gw.eth0=10.0.0.8/24 gw.time=1800000000';
    assert.equal(await control.run(`gw-identity ${words} gw.gateway=10.0.0.2 gw.httpd=80 gw.echo=7 gw.seed=a1b2`), '');
    assert.equal(await control.run('hostname'), 'a8');
    assert.match(await control.run('ip addr show eth0'), /mtu 1400[\s\S]*02:00:00:00:00:08[\s\S]*inet 10\.0\.0\.8\/24/);
    assert.doesNotMatch(await control.run('ip addr show eth0; ip route'), /10\.0\.0\.7|10\.0\.0\.1 /);
    assert.match(await control.run('ip route'), /default via 10\.0\.0\.2 dev eth0/);
    assert.match(await control.run('date -u +%s'), /^18000000\d\d$/);
    assert.equal(await control.run('wget -qO- http://10.0.0.8/'), 'hello from a8');
    assert.equal(await control.run('echo back | nc -w 3 10.0.0.8 7'), 'back');
  });

  it('asks for an address with DHCP', async () => {
    await control.run('gw-identity gw.mtu.eth0=1500 gw.eth0=dhcp');
    const waited = 'until ip route | grep -q "default via 10.0.2.2"; do sleep 1; done; ip addr show eth0';
    assert.match(await control.run(waited), /inet 10\.0\.2\.15\/24/);
  });

  it('lets a person edit a line, and end a command with Ctrl-C, while programs go on', async () => {
    person?.types('pingg\x7f 10.0.2.15\n');
    await person?.sees(/64 bytes from 10\.0\.2\.15: seq=1 /);
    assert.equal(await control.run('echo meanwhile'), 'meanwhile');
    person?.types('\x03');
    await person?.sees(/ 0% packet loss[\s\S]*a8:\/# /);
  });

  it('comes back with a prompt when a person leaves the shell', async () => {
    person?.types('exit\n');
    await person?.sees(/exit[\s\S]*built-in shell[\s\S]*a8:\/# /);
  });

  it('has what CAN over the field line, and VLANs, need', async () => {
    await control.run('test -c /dev/ttyS1');
    const loaded = await control.run('lsmod');
    for (const module of ['slcan', 'can_raw', '8021q', 'ne2k_pci'])
      assert.match(loaded, new RegExp(`^${module} `, 'm'));
  });

  it('makes a CAN interface of the field line, which hears what the line says', async () => {
    assert.equal((await control.attempt('gw-slcan /dev/none')).code, 9, 'no such line');
    await control.run('stty raw -echo -F /dev/ttyS1; gw-slcan /dev/ttyS1 >/dev/null 2>&1 &');
    await control.run('until [ -d /sys/class/net/can0 ]; do usleep 50000; done; ip link set can0 up');
    assert.equal(await control.run('cat /sys/class/net/can0/type'), '280', 'ARPHRD_CAN');
    const field = connect(join(folder, 'ttyS1'));
    await once(field, 'connect');
    field.write('t1234DEADBEEF\rT1ABCDEF22BEEF\r');
    await control.run('until [ "$(cat /sys/class/net/can0/statistics/rx_packets)" = 2 ]; do usleep 50000; done');
    assert.equal(await control.run('cat /sys/class/net/can0/statistics/rx_bytes'), '6');
    field.destroy();
  });
});

/** Serial ports by their names in the guest, as sockets of that name; a network with a DHCP server. */
function boot(image: string, manifest: ImageManifest, folder: string): string[] {
  const ports = ['ttyS0', 'ttyS1', 'ttyS2'].flatMap(port => [
    '-serial',
    `unix:${join(folder, port)},server=on,wait=off`,
  ]);
  return [
    ...['-nodefaults', '-display', 'none', '-m', String(manifest.leastMemoryMiB)],
    ...['-kernel', join(image, manifest.kernel), '-initrd', join(image, manifest.initrd)],
    ...['-append', manifest.kernelArguments, '-nic', 'user,model=ne2k_pci'],
    ...ports,
  ];
}

/** Somebody at the console. */
class Person {
  readonly #socket: Socket;
  /** Since the last thing that was waited for. */
  #seen = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', chunk => {
      this.#seen += String(chunk);
    });
    socket.on('error', () => socket.destroy());
  }

  static async at(path: string): Promise<Person> {
    while (!existsSync(path)) await sleep(LOOK_MS);
    const socket = connect(path);
    await once(socket, 'connect');
    return new Person(socket);
  }

  types(text: string): void {
    this.#socket.write(text);
  }

  async sees(text: RegExp): Promise<void> {
    while (!text.test(this.#seen)) {
      if (this.#socket.destroyed) throw new Error(`the console is gone; it said ${JSON.stringify(this.#seen)}`);
      await sleep(LOOK_MS);
    }
    this.#seen = this.#seen.slice((text.exec(this.#seen)?.index ?? 0) + (text.exec(this.#seen)?.[0].length ?? 0));
  }

  leave(): void {
    this.#socket.destroy();
  }
}
