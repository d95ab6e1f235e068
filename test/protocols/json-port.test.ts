// The port of a VM on a line of messages, with a socket in place of the VM.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Became, JsonPort, type JsonPortOptions } from '../../runtime/protocols/json-port.ts';
import { GuestSocket } from './guest-socket.ts';
import { until } from './mqtt/links.ts';

describe('the port of a VM that speaks lines of JSON', () => {
  let folder = '';
  let guest: GuestSocket;
  let port: JsonPort | undefined;
  const said: unknown[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'json-port-'));
    guest = new GuestSocket(join(folder, 'vm.sock'));
    said.length = 0;
  });
  afterEach(async () => {
    await port?.close();
    await guest.off();
    rmSync(folder, { recursive: true });
  });

  function open(more: Partial<JsonPortOptions> = {}): JsonPort {
    const take = (value: unknown): Became => {
      said.push(value);
      return 'passed';
    };
    port = new JsonPort({ path: guest.path, lineBytes: 100, queueBytes: 10_000, said: take, ...more });
    return port;
  }

  it('waits for a VM that starts later, and for one that starts again', async () => {
    const open_ = open();
    assert.equal(open_.say(Buffer.from('{"lost":1}\n')), false);
    for (const turn of [1, 2]) {
      await guest.on();
      await guest.plugIn();
      await until(() => open_.plugged);
      open_.say(Buffer.from(`{"turn":${turn}}\n`));
      guest.say({ turn });
      await until(() => guest.lines.length === turn && said.length === turn);
      await guest.off();
      await until(() => !open_.plugged);
    }
    assert.deepEqual(
      [said, guest.heard],
      [
        [{ turn: 1 }, { turn: 2 }],
        [{ turn: 1 }, { turn: 2 }],
      ],
    );
    assert.deepEqual(open_.out, { frames: 2, bytes: 22, denied: 0, dropped: 1, malformed: 0 });
  });

  it('counts what is no line of JSON, and goes on behind it', async () => {
    const open_ = open();
    await guest.on();
    await guest.plugIn();
    guest.write('boot: ok\r\n\n');
    guest.write(Buffer.from([0xff, 0xfe, 0x0a]));
    guest.write(`"${'x'.repeat(5_000)}"\n`);
    guest.write('{"a":');
    guest.write('1}\r\n{"b":2}\n{"c"');
    await until(() => said.length === 2);
    assert.deepEqual(said, [{ a: 1 }, { b: 2 }]);
    const { frames, malformed, denied, dropped } = open_.in;
    assert.deepEqual({ frames, malformed, denied, dropped }, { frames: 5, malformed: 3, denied: 0, dropped: 0 });
  });

  it('reads nothing more from a VM while what it said waits, until the VM is gone', async () => {
    const gates: PromiseWithResolvers<Became>[] = [];
    const open_ = open({
      said: (value, gone) => {
        said.push(value);
        const gate = Promise.withResolvers<Became>();
        if (gone.aborted) return 'dropped';
        gone.addEventListener('abort', () => gate.resolve('dropped'), { once: true });
        gates.push(gate);
        return gate.promise;
      },
    });
    await guest.on();
    await guest.plugIn();
    guest.say(1, 2, 3, 4);
    await until(() => gates.length === 1);
    gates[0]?.resolve('passed');
    await until(() => gates.length === 2);
    gates[1]?.resolve('denied');
    await until(() => gates.length === 3);
    assert.deepEqual(said, [1, 2, 3]);
    await guest.off();
    await until(() => open_.in.frames === 4 && open_.in.dropped === 2);
    assert.deepEqual(open_.in, { frames: 4, bytes: 4, denied: 1, dropped: 2, malformed: 0 });
  });

  it('keeps a queue of fixed size for a VM that does not read, and accounts for every line', async () => {
    const open_ = open();
    guest.read(false);
    await guest.on();
    await guest.plugIn();
    await until(() => open_.plugged);
    const line = Buffer.from(`${JSON.stringify({ data: 'x'.repeat(2_000) })}\n`);
    let offered = 0;
    while (open_.out.dropped < 50) {
      open_.say(line);
      offered += 1;
      await new Promise(setImmediate);
    }
    const waits = offered - open_.out.frames - open_.out.dropped;
    assert.ok(waits * line.length <= 10_000, `${waits} wait`);
    guest.read(true);
    await until(() => open_.out.frames + open_.out.dropped === offered && guest.lines.length === open_.out.frames);
    assert.equal(new Set(guest.lines).size, 1, 'every line is whole');
    guest.read(false);
    while (open_.say(line)) offered += 1;
    offered += 1;
    await guest.off();
    await until(() => open_.out.frames + open_.out.dropped === offered);
    assert.equal(open_.out.bytes, open_.out.frames * line.length);
  });
});
