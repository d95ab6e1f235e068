// A VM's port that carries bytes, over sockets that stand in for its serial port.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BytePort } from '../../runtime/protocols/byte-port.ts';
import { GuestSocket } from './guest-socket.ts';

describe('a port of a VM that carries bytes', () => {
  let folder = '';
  let guest: GuestSocket;
  let port: BytePort;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-byte-port-'));
    guest = new GuestSocket(join(folder, 'vm.sock'));
    port = new BytePort(guest.path);
  });
  afterEach(async () => {
    const closed = once(port, 'close');
    port.destroy();
    await closed;
    await guest.off();
    await rm(folder, { recursive: true, force: true });
  });

  it('is one stream while the VM comes and goes, and loses what is said to nobody, counted', async () => {
    port.write('nobody hears this\n');
    assert.deepEqual([port.plugged, port.told, port.dropped], [false, 0, 1]);
    for (const word of ['first', 'second']) {
      await guest.on();
      await guest.plugIn();
      guest.write(word);
      assert.equal(String((await once(port, 'data'))[0]), word);
      port.write(`${word} answer\n`);
      while (!guest.lines.includes(`${word} answer`)) await turn();
      assert.equal(port.plugged, true);
      await guest.off();
      while (port.plugged) await turn();
    }
    assert.deepEqual([port.heardBytes, port.told, port.toldBytes, port.dropped], [11, 2, 27, 1]);
    assert.deepEqual(guest.lines, ['first answer', 'second answer']);
  });

  it('never waits for a VM that does not read: what is too much is lost, counted, and the rest arrives whole', async () => {
    guest.read(false);
    await guest.on();
    await guest.plugIn();
    while (!port.plugged) await turn();
    const line = `${'x'.repeat(1_023)}\n`;
    for (let n = 0; n < 4_000; n++) port.write(line);
    assert.equal(port.told + port.dropped, 4_000);
    assert.ok(port.dropped > 0 && port.told > 0, `${port.dropped} lost`);
    assert.ok(port.writableLength === 0, 'nothing waits in the port itself');
    guest.read(true);
    while (guest.lines.length < port.told) await turn();
    assert.ok(guest.lines.every(said => said === line.trim()));
  });

  it('reads no more than whoever listens takes', async () => {
    await guest.on();
    await guest.plugIn();
    const all = Buffer.alloc(4 * 1024 * 1024, 'y');
    guest.write(all);
    await once(port, 'readable');
    for (let before = -1; before < port.heardBytes; ) {
      before = port.heardBytes;
      for (let n = 0; n < 20; n++) await turn();
    }
    assert.ok(port.heardBytes < all.length / 2, `${port.heardBytes} bytes were taken in`);
    let taken = 0;
    port.on('data', chunk => {
      taken += chunk.length;
    });
    while (taken < all.length) await turn();
    assert.equal(taken, all.length);
  });
});

/** Lets everything else go on for a moment. */
const turn = () => new Promise(resolve => setTimeout(resolve, 2));
