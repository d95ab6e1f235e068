// Two PCs in QEMU without privileges, their cards wired to each other through this process.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair, PassThrough } from 'node:stream';
import fc from 'fast-check';
import { untilItAnswers } from '../../../../runtime/drivers/embedded/boot-watch.ts';
import type { PcEnds } from '../../../../runtime/drivers/embedded/hypervisor.ts';
import { commandLine } from '../../../../runtime/drivers/embedded/qemu/command-line.ts';
import { FrameReader, MOST_FRAME_BYTES, writeFrame } from '../../../../runtime/drivers/embedded/qemu/frame-stream.ts';
import { type QemuMachine, type QemuSpec, startQemu } from '../../../../runtime/drivers/embedded/qemu/machine.ts';
import { Qmp } from '../../../../runtime/drivers/embedded/qemu/qmp.ts';
import { fieldSocketIn } from '../../../../runtime/drivers/embedded/sockets.ts';
import { localHost } from '../../../../runtime/host/local.ts';
import { buildEmbeddedImage } from '../../../../scripts/embedded-image.ts';
import { refusal } from '../../../contract/driver-case.ts';

const MACS: Readonly<Record<string, string>> = {
  a: '02:00:00:00:00:07',
  b: '02:00:00:00:00:08',
  c: '02:00:00:00:00:09',
};
const ADDRESSES: Readonly<Record<string, string>> = { a: '10.0.0.7', b: '10.0.0.8', c: '10.0.0.9' };

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
  const machines: QemuMachine[] = [];
  let folder = '';
  let image = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-qemu-'));
    image = buildEmbeddedImage('amd64').directory;
  });
  after(async () => {
    await Promise.all(machines.map(machine => machine.end()));
    await rm(folder, { recursive: true, force: true });
  });

  const spec = (name: string): QemuSpec => ({
    ...{ name, kernel: join(image, 'vmlinuz'), initrd: join(image, 'initrd.img'), vcpus: 2, memoryMiB: 112 },
    ...{ acceleration: 'tcg', nics: [{ mac: MACS[name] ?? '', mtu: 1450 }], watchdog: 'none' },
    kernelArguments: `console=ttyS0 gw.control=ttyS2 quiet gw.hostname=${name} gw.eth0=${ADDRESSES[name]}/24`,
  });
  const boot = async (name: string, ends: PcEnds) => {
    const machine = await startQemu(localHost, join(folder, name), spec(name), ends);
    machines.push(machine);
    return machine;
  };

  it('reaches another one, is heard on its lines, stands still while paused, and leaves nothing behind', async () => {
    const limit = AbortSignal.timeout(170_000);
    let [field, ending] = ['', ''];
    const [a, b]: [QemuMachine, QemuMachine] = await Promise.all([
      boot('a', { frame: frame => b.receive(frame, 0) }),
      boot('b', { frame: frame => a.receive(frame, 0), ended: why => (ending = why) }),
    ]);
    const line = connect(fieldSocketIn(join(folder, 'a')));
    line.on('data', bytes => (field += bytes));
    await Promise.all([untilItAnswers(a, limit), untilItAnswers(b, limit)]);
    const ask = async (command: string) => (await a.control.ask(command, limit)).output;
    assert.match(await ask('ping -c 3 10.0.0.8'), / 0% packet loss/);
    assert.equal(await ask('cat /sys/class/net/eth0/mtu; hostname; nproc'), '1450\na\n2');
    await ask('stty raw -F /dev/ttyS1; echo 24 degrees > /dev/ttyS1');
    while (!field.includes('24 degrees\n')) await ask('true');
    await b.pause();
    assert.deepEqual([b.running, b.ended], [false, false]);
    assert.match(await ask('ping -c 1 -w 2 10.0.0.8'), / 100% packet loss/);
    await b.resume();
    assert.match(await ask('ping -c 3 10.0.0.8'), / [0-9]+% packet loss/);
    await b.end();
    assert.match(ending, /ended by SIGKILL/);
    assert.deepEqual([b.running, b.ended], [false, true]);
    assert.deepEqual(
      await localHost.list(join(folder, 'b')),
      ['f'],
      'of its sockets only the one that QEMU made is left',
    );
    line.destroy();
    assert.equal(await refusal(b.control.ask('true', limit)), 'GW_HOST_UNEXPECTED');
  });

  it('says in its own words why it cannot start', async () => {
    const broken = { ...spec('c'), kernel: '/nonexistent' };
    await assert.rejects(startQemu(localHost, join(folder, 'c'), broken, {}), /could not .*kernel.*nonexistent/);
  });
});

describe('the command line of QEMU', () => {
  const pc = {
    ...{ name: 'vm.cell-7/a7', kernel: '/i/vmlinuz', initrd: '/i/initrd.img', kernelArguments: 'quiet', vcpus: 2 },
    acceleration: 'tcg' as const,
    ...{ memoryMiB: 112, nics: [], watchdog: 'none' as const },
    linePaths: { console: '/s/a,b/console', field: '/s/field', control: '/s/control' },
    monitorPath: '/s/monitor',
  };

  it('keeps a comma in a path from starting another option', () => {
    const line = commandLine(pc);
    assert.ok(line.includes('socket,id=console,path=/s/a,,b/console,server=off'));
    assert.throws(() => commandLine({ ...pc, monitorPath: '/s/a\nb' }), { code: 'GW_HOST_IO' });
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
