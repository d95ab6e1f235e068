// Two PCs in QEMU without privileges: their cards are wired to each other through cables of this process.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair, PassThrough } from 'node:stream';
import fc from 'fast-check';
import { commandLine } from '../../../runtime/drivers/qemu/command-line.ts';
import { FrameReader, MOST_FRAME_BYTES, writeFrame } from '../../../runtime/drivers/qemu/frame-stream.ts';
import { type QemuMachine, startQemu } from '../../../runtime/drivers/qemu/machine.ts';
import { Qmp } from '../../../runtime/drivers/qemu/qmp.ts';
import { createCables } from '../../../runtime/host/cables.ts';
import type { Host } from '../../../runtime/host/host.ts';
import { localHost } from '../../../runtime/host/local.ts';
import { buildGuestImage } from '../../../scripts/guest-image.ts';

describe('frames over a stream', () => {
  it('arrive whole and in order, however the stream is cut', () => {
    const cases = fc.tuple(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), fc.infiniteStream(fc.nat(40)));
    fc.assert(
      fc.property(cases, ([frames, cuts]) => {
        const wire = new PassThrough();
        for (const frame of frames) assert.ok(writeFrame(wire, frame));
        const bytes: Buffer = wire.read() ?? Buffer.alloc(0);
        const got: Buffer[] = [];
        const reader = new FrameReader(frame => got.push(Buffer.from(frame)));
        for (let at = 0; at < bytes.length; ) {
          const end = at + 1 + (cuts.next().value ?? 0);
          reader.take(bytes.subarray(at, end));
          at = end;
        }
        assert.deepEqual(got, frames.map(Buffer.from));
      }),
    );
  });

  it('are refused when a length is none', () => {
    const reader = new FrameReader(() => {});
    const announced = Buffer.alloc(4);
    announced.writeUInt32BE(MOST_FRAME_BYTES + 1);
    assert.throws(() => reader.take(announced), /69633 bytes/);
  });

  it('are dropped, not gathered, for a guest that does not read', () => {
    const deaf = new PassThrough();
    const frame = new Uint8Array(60_000);
    let sent = 0;
    while (writeFrame(deaf, frame)) sent += 1;
    assert.ok(sent > 1 && sent < 50, `${sent} frames`);
  });
});

describe('the monitor of QEMU', () => {
  const pair = () => {
    const [stream, qemu] = duplexPair();
    /** The next bytes of our side. */
    const asked = () => once(qemu, 'data');
    return { stream, asked, say: (line: string) => qemu.write(line) };
  };

  it('fails every question when it says something that is no answer, and when it closes', async () => {
    for (const end of ['nonsense\n', '{"return": {}}\n', '{"error": {"class": "A", "desc": "no"}}\n']) {
      const { stream, say } = pair();
      const qmp = new Qmp(stream, () => {});
      say('{"QMP": {}}\n');
      const asked = qmp.execute('stop');
      say(end);
      await assert.rejects(asked, { code: 'GW_HOST_UNEXPECTED' });
    }
  });

  it('tells events, and the refusal of the one command that was refused', async () => {
    const { stream, say, asked } = pair();
    const events: string[] = [];
    const qmp = new Qmp(stream, name => events.push(name));
    const opened = qmp.open();
    say('{"QMP": {"version": {}}}\n');
    await asked();
    say('{"event": "RESUME", "timestamp": {}}\n{"return": {}, "id": 1}\n');
    await opened;
    const [refused, answered] = [qmp.execute('system_reset'), qmp.execute('query-status')];
    say('{"error": {"class": "GenericError", "desc": "not now"}, "id": 2}\n{"return": {"running": true}, "id": 3}\n');
    await assert.rejects(refused, { code: 'GW_HOST_COMMAND_FAILED', message: 'QEMU refuses: not now' });
    assert.deepEqual(await answered, { running: true });
    assert.deepEqual(events, ['RESUME']);
  });
});

describe('a PC in QEMU', function () {
  this.timeout(180_000);
  const host: Host = { ...localHost, cables: createCables() };
  const machines: QemuMachine[] = [];
  let folder = '';
  let image = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-qemu-'));
    image = buildGuestImage().directory;
  });
  after(async () => {
    await Promise.all(machines.map(machine => machine.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  const boot = async (name: string, address: string, mac: string, cable: string) => {
    let said = '';
    let wake = () => {};
    let ending = '';
    const hear = (bytes: Uint8Array) => {
      said += Buffer.from(bytes).toString();
      wake();
    };
    const ended = (why: string) => {
      ending = why;
      wake();
    };
    const pc = {
      ...{ name, kernel: join(image, 'vmlinuz'), initrd: join(image, 'initrd.img'), vcpus: 1, memoryMiB: 112 },
      acceleration: 'tcg' as const,
      ...{ nics: [{ mac, mtu: 1450, cable }], watchdog: 'none' as const },
      kernelArguments: `console=ttyS0 quiet gw.hostname=${name} gw.eth0=${address}/24`,
    };
    const machine = await startQemu(host, join(folder, name), pc, { console: hear, field: () => {}, ended });
    machines.push(machine);
    const says = async (marker: RegExp) => {
      while (!marker.test(said)) {
        if (ending !== '') throw new Error(`${ending}; it said: ${said.slice(-500)}`);
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    };
    const ask = async (id: number, command: string) => {
      machine.write(Buffer.from(`@${id} ${command}\n`));
      await says(new RegExp(`@@END ${id} \\d`));
      return said.slice(said.indexOf(`@@BEGIN ${id}`));
    };
    return { machine, says, ask, ending: () => ending };
  };

  it('reaches another one over the cables of this process, stands still while paused, and leaves nothing behind', async () => {
    // Two stations on one cable would be two ends of one side; a wire joins the switch ends of two cables.
    const wire = ['left', 'right'].map(name => ({
      name,
      end: undefined as ReturnType<typeof host.cables.plug> | undefined,
    }));
    for (const [index, side] of wire.entries())
      side.end = host.cables.plug(side.name, 'switch', frame => wire[1 - index]?.end?.send(frame));
    const [a, b] = await Promise.all([
      boot('a', '10.0.0.7', '02:00:00:00:00:07', 'left'),
      boot('b', '10.0.0.8', '02:00:00:00:00:08', 'right'),
    ]);
    await Promise.all([a.says(/GUEST READY/), b.says(/GUEST READY/)]);
    assert.match(await a.ask(1, 'ping -c 3 10.0.0.8'), / 0% packet loss/);
    assert.match(await a.ask(2, 'cat /sys/class/net/eth0/mtu'), /^1450/m);
    await b.machine.pause();
    assert.match(await a.ask(3, 'ping -c 1 -w 2 10.0.0.8'), / 100% packet loss/);
    await b.machine.resume();
    assert.match(await a.ask(4, 'ping -c 3 10.0.0.8'), / [0-9]+% packet loss/);
    await b.machine.stop();
    assert.match(b.ending(), /ended by SIGKILL/);
    assert.deepEqual(await host.list(folder), ['a'], 'its sockets are gone');
    assert.equal(wire[1]?.end?.send(new Uint8Array(60)), false, 'nobody is at the other end any more');
  });

  it('says in its own words why it cannot start', async () => {
    const broken = { ...{ name: 'c', kernel: '/nonexistent', initrd: '/nonexistent', vcpus: 1, memoryMiB: 112 } };
    const acceleration = 'tcg' as const;
    const spec = { ...broken, acceleration, kernelArguments: '', nics: [], watchdog: 'none' as const };
    const ears = { console: () => {}, field: () => {}, ended: () => {} };
    await assert.rejects(startQemu(host, join(folder, 'c'), spec, ears), /could not .*kernel.*nonexistent/);
    assert.ok(!(await host.list(folder)).includes('c'));
  });
});

describe('the command line of QEMU', () => {
  const pc = {
    ...{ name: 'vm.cell-7/a7', kernel: '/i/vmlinuz', initrd: '/i/initrd.img', kernelArguments: 'quiet', vcpus: 2 },
    acceleration: 'tcg' as const,
    ...{ memoryMiB: 112, nics: [], watchdog: 'none' as const },
    ...{ consolePath: '/s/a,b/console', fieldPath: '/s/field', monitorPath: '/s/monitor' },
  };

  it('keeps a comma in a path from starting another option', () => {
    const line = commandLine(pc);
    assert.ok(line.includes('socket,id=console,path=/s/a,,b/console,server=off'));
    assert.throws(() => commandLine({ ...pc, fieldPath: '/s/a\nb' }), { code: 'GW_HOST_IO' });
  });

  it('hands kernel arguments over as one argument, whatever is in them', () => {
    const hostile = 'quiet -device x,y $(id) ;';
    const line = commandLine({ ...pc, kernelArguments: hostile });
    assert.equal(line[line.indexOf('-append') + 1], hostile);
  });

  it('has a watchdog only when one is drawn', () => {
    assert.ok(!commandLine(pc).includes('i6300esb'));
    assert.ok(commandLine({ ...pc, watchdog: 'reset' }).includes('watchdog=reset'));
  });
});
