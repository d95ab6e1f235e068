// A plain serial line of a VM: its device is a pseudo terminal, the socket of the VM's serial port is the test's.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '../../../runtime/model/address.ts';
import type { LinePort } from '../../../runtime/model/kinds/line.ts';
import type { LineEnd, LineFrame } from '../../../runtime/model/line-frame.ts';
import type { FieldLine } from '../../../runtime/protocols/field-line.ts';
import { serialLine } from '../../../runtime/protocols/serial/field-line.ts';
import { until } from '../../lanes/engine/world.ts';
import { type TestDevice, testDevice } from './device.ts';

const VM: Address<'vm'> = 'vm.box/logger';
const port = (vm: Address<'vm'> = VM): LinePort => ({ vm, tenant: 'ot', guards: [] });

/** The serial port of a VM: one connection at a time. */
class Guest {
  heard = Buffer.alloc(0);
  socket: Socket | undefined;
  readonly #path: string;
  #server: Server | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The machine starts. @param reads  whether it reads what it is told */
  async start(reads = true): Promise<void> {
    this.#server = createServer(socket => {
      this.socket = socket;
      socket.on('error', () => {});
      if (reads) this.read();
    }).listen(this.#path);
    await once(this.#server, 'listening');
  }

  read(): void {
    this.socket?.on('data', bytes => {
      this.heard = Buffer.concat([this.heard, bytes]);
    });
  }

  stop(): void {
    this.#server?.close();
    this.socket?.destroy();
    this.socket = undefined;
  }
}

describe('a plain serial line of a VM', () => {
  let folder = '';
  let device: TestDevice;
  let guest: Guest;
  let line: FieldLine;
  let heard: LineFrame[] = [];
  let isHeard = false;

  const open = async (settings: Readonly<Record<string, string | number>> = {}) => {
    line = await serialLine.open(
      { path: device.path, againMs: 10, againMostMs: 50, ...settings },
      {
        now: Date.now,
        secrets: async () => undefined,
        ears: {
          get any() {
            return isHeard;
          },
          tell: frame => void heard.push(frame),
          lost: () => assert.fail('nothing is lost'),
        },
        log: () => assert.fail('there are no rules'),
        socketOf: vm => join(folder, `${vm.slice('vm.box/'.length)}.sock`),
      },
    );
  };
  const end = (name: LineEnd) => line.figures().ends.find(each => each.end === name) ?? assert.fail();
  /** Opens it, with the VM on it. */
  const joined = async (reads = true) => {
    await guest.start(reads);
    await line.change([port()]);
    await until(() => guest.socket !== undefined && line.figures().state === 'open' && end(VM).plugged === true);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'serial-line-'));
    device = await testDevice('/dev/shm');
    guest = new Guest(join(folder, 'logger.sock'));
    [heard, isHeard] = [[], false];
  });
  afterEach(async () => {
    await line.close();
    guest.stop();
    await device.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('carries bytes as they are in both directions, counts them, and tells who listens', async () => {
    await open();
    await joined();
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    device.say(all);
    await until(() => guest.heard.length === 256);
    isHeard = true;
    guest.socket?.write(all);
    await until(() => device.heard.length === 256);
    assert.deepEqual([guest.heard, device.heard], [all, all]);
    const { in: said, out: told } = end(VM);
    assert.deepEqual([said.bytes, told.bytes, end('device').in.bytes, end('device').out.bytes], [256, 256, 256, 256]);
    const told256 = heard.map(({ end: at, direction, frame }) => [at, direction, frame]);
    assert.deepEqual(told256, [
      [VM, 'in', all.toString('hex')],
      ['device', 'out', all.toString('hex')],
    ]);
  });

  it('sends what messages say, when they may', async () => {
    await open();
    await assert.rejects(line.ask(Buffer.from('AT'), 'write'), { code: 'GW_SERIAL_DOWN' });
    await until(() => line.figures().state === 'open');
    assert.deepEqual(await line.ask(Buffer.from('AT'), 'write'), new Uint8Array(0));
    await until(() => String(device.heard) === 'AT');
    await assert.rejects(line.ask(Buffer.from('AT'), 'read'), { code: 'GW_LINE_MESSAGES' });
    device.hold();
    const much = () => line.ask(Buffer.alloc(16_384), 'write');
    await assert.rejects(
      async () => {
        for (;;) await much();
      },
      { code: 'GW_SERIAL_FULL' },
    );
    device.letGo();
  });

  it('stops reading a VM that says more than the line takes, and loses none of it', async () => {
    await open({ queueBytes: 4096 });
    await joined();
    device.hold();
    const total = 2 * 2 ** 20;
    const sent = Buffer.from(Array.from({ length: total }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
    guest.socket?.write(sent);
    // The pseudo terminal, the queue and the socket hold some; the rest stays with the guest.
    await until(() => Number(line.figures().more?.waits) === 4096);
    assert.ok((guest.socket?.writableLength ?? 0) > total / 2, 'the guest is held back');
    device.letGo();
    await until(() => device.heard.length === total);
    const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    assert.equal(hash(device.heard), hash(sent));
    assert.deepEqual([end('device').out.dropped, end('device').out.bytes], [0, total]);
  });

  it('stops reading a device while the VM does not read, and goes on when it does, or when it has gone', async () => {
    await open();
    await joined(false);
    const total = 4 * 2 ** 20;
    device.say(Buffer.alloc(total, 7));
    let last = -1;
    // Until nothing moves any more.
    while (last !== end('device').in.bytes) {
      last = end('device').in.bytes;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    assert.ok(last < total / 2, `${last} bytes were read`);
    guest.read();
    await until(() => guest.heard.length === total);
    guest.stop();
    await until(() => end(VM).plugged === false);
    device.say(Buffer.from('nobody'));
    await until(() => end(VM).out.dropped === 1);
  });

  it('finds VM and device again when they were gone; what was said meanwhile is lost, never late', async () => {
    await open();
    await line.change([port()]);
    await until(() => line.figures().state === 'open');
    device.say(Buffer.from('early'));
    await until(() => end(VM).out.dropped > 0);
    await guest.start();
    await until(() => end(VM).plugged === true);
    device.say(Buffer.from('one'));
    await until(() => String(guest.heard) === 'one');
    await device.unplug();
    await until(() => line.figures().state !== 'open');
    assert.notEqual(line.figures().why, undefined);
    guest.socket?.write('lost');
    await until(() => end('device').out.dropped > 0);
    await device.plug();
    await until(() => line.figures().state === 'open');
    guest.socket?.write('two');
    await until(() => String(device.heard) === 'two');
    assert.equal(line.figures().why, undefined);
  });

  it('has one VM, lets it go for another, and has no rules', async () => {
    await open();
    await joined();
    const other = port('vm.box/other');
    await assert.rejects(line.change([port(), other]), { code: 'GW_LINE_ONE' });
    const guarded = { ...port(), guards: [{ firewall: 'wall', rules: [] }] };
    await assert.rejects(line.change([guarded]), { code: 'GW_LINE_RULE' });
    guest.socket?.write('still here');
    await until(() => String(device.heard) === 'still here');
    const second = new Guest(join(folder, 'other.sock'));
    await second.start();
    try {
      await line.change([other]);
      await until(() => second.socket !== undefined && guest.socket?.readyState !== 'open');
      device.say(Buffer.from('for you'));
      await until(() => String(second.heard) === 'for you');
      assert.equal(String(guest.heard), '');
    } finally {
      second.stop();
    }
  });
});
