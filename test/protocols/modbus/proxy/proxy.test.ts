// The proxy between a client and a device, over TCP of this machine; how it gets between them is the driver's business.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import type { LineGuard } from '../../../../runtime/model/kinds/line.ts';
import { tcpFrame } from '../../../../runtime/protocols/modbus/adu/frames.ts';
import { TcpFramer } from '../../../../runtime/protocols/modbus/adu/tcp-framer.ts';
import { buildRequest, type ModbusRequest } from '../../../../runtime/protocols/modbus/pdu/request.ts';
import { AnswerOrder } from '../../../../runtime/protocols/modbus/proxy/answer-order.ts';
import { ModbusProxy } from '../../../../runtime/protocols/modbus/proxy/proxy.ts';
import { singleDevice } from '../../../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder } from '../../../../runtime/protocols/modbus/server/responder.ts';
import { serveTcp, type TcpServer } from '../../../../runtime/protocols/modbus/server/tcp-server.ts';
import { until } from '../until.ts';

const LOCAL = { host: '127.0.0.1', port: 0 };
const any = { units: [], registers: [], values: [], log: false };
const READS = { id: 'reads', ...any, functions: [3], action: 'accept' };
const NO_COILS = { id: 'no-coils', ...any, functions: [5], action: 'drop' };
const GUARD: LineGuard = { firewall: 'plc-guard', rules: [READS, NO_COILS] };

const read: ModbusRequest = { function: 3, address: 7, quantity: 1 };
const write: ModbusRequest = { function: 6, address: 7, value: 9 };
const coil: ModbusRequest = { function: 5, address: 7, value: true };
/** A request of the transaction of this number, and the answers to the two kinds. */
const frame = (transaction: number, request: ModbusRequest) => tcpFrame(transaction, 1, buildRequest(request));
const value = (transaction: number) => hex(tcpFrame(transaction, 1, Uint8Array.of(3, 2, 0, 7)));
const refusal = (transaction: number) => hex(tcpFrame(transaction, 1, Uint8Array.of(0x86, 1)));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('a proxy for Modbus TCP', () => {
  let device: TcpServer;
  let memory: MemoryDevice;
  let proxy: ModbusProxy;
  let port: number;
  const clients: Client[] = [];

  const open = async (to: number) => {
    proxy = new ModbusProxy(Date.now, {
      listen: LOCAL,
      device: () => connect({ host: '127.0.0.1', port: to, allowHalfOpen: true }),
    });
    port = await proxy.listen();
    proxy.change({ guards: [GUARD] });
  };
  const client = async () => {
    const opened = await openClient(port);
    clients.push(opened);
    return opened;
  };

  beforeEach(async () => {
    memory = new MemoryDevice({ coils: 10, discreteInputs: 10, holdingRegisters: 10, inputRegisters: 10 }, {});
    memory.setRegister('holding-registers', 7, 7);
    device = await serveTcp(deviceResponder(singleDevice(memory)), LOCAL);
    await open(device.port);
  });
  afterEach(async () => {
    for (const one of clients.splice(0)) one.socket.destroy();
    await proxy.close();
    await device.close();
  });

  it('passes what the rules accept, and answers what they do not with the exception they say', async () => {
    const { socket, answers } = await client();
    socket.write(frame(1, read));
    await until(() => answers.length === 1);
    socket.write(frame(2, write));
    await until(() => answers.length === 2);
    assert.deepEqual(answers, [value(1), refusal(2)]);
    assert.equal(memory.register('holding-registers', 7), 7);
  });

  it('answers a read and a write of one segment in their order, whatever takes longer', async () => {
    const { socket, answers } = await client();
    socket.write(Buffer.concat([frame(1, write), frame(2, read), frame(3, write), frame(4, read)]));
    await until(() => answers.length === 4);
    assert.deepEqual(answers, [refusal(1), value(2), refusal(3), value(4)]);
  });

  it('gives neither an answer nor the device a word of what a rule drops', async () => {
    const { socket, answers } = await client();
    socket.write(Buffer.concat([frame(1, coil), frame(2, read)]));
    await until(() => answers.length === 1);
    assert.deepEqual(answers, [value(2)]);
    assert.equal(proxy.figures().requests.silenced, 1);
  });

  it('judges every request alike, however the stream is cut', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }),
        async (reads, cuts) => {
          const { socket, answers } = await openClient(port);
          const stream = Buffer.concat(reads.map((isRead, index) => frame(index, isRead ? read : write)));
          let at = 0;
          for (const cut of [...cuts, stream.length]) {
            socket.write(stream.subarray(at, at + cut));
            at += cut;
            await new Promise(setImmediate); // a segment of its own
          }
          await until(() => answers.length === reads.length);
          socket.destroy();
          assert.deepEqual(
            answers,
            reads.map((isRead, index) => (isRead ? value(index) : refusal(index))),
          );
        },
      ),
      { numRuns: 40 },
    )).timeout(60_000);

  it('ends the connection of a client that does not speak Modbus, and no other', async () => {
    const [good, bad] = [await client(), await client()];
    good.socket.write(frame(1, read));
    bad.socket.write(Buffer.from('000100000000', 'hex')); // a length that no frame has
    await until(() => bad.socket.destroyed && good.answers.length === 1);
    good.socket.write(frame(2, read));
    await until(() => good.answers.length === 2);
    assert.equal(proxy.figures().requests.malformed, 1);
  });

  it('takes other rules between two requests: the connection stays, and so do the counters of rules that stay', async () => {
    const { socket, answers } = await client();
    socket.write(Buffer.concat([frame(1, read), frame(2, write)]));
    await until(() => answers.length === 2);
    proxy.change({ guards: [{ firewall: 'plc-guard', rules: [{ ...READS, functions: [3, 6] }] }] });
    socket.write(frame(3, write));
    await until(() => answers.length === 3);
    assert.equal(memory.register('holding-registers', 7), 9);
    const [guard] = proxy.figures().firewalls;
    assert.deepEqual(
      guard?.rules.map(rule => [rule.id, rule.hits]),
      [
        ['reads', 2],
        ['otherwise', 1],
      ],
    );
    assert.equal(proxy.figures().connections.accepted, 1);
  });

  it('keeps the old rules when one of the new ones is none', async () => {
    const broken = { firewall: 'plc-guard', rules: [{ ...READS, functions: [999] }] };
    assert.throws(() => proxy.change({ guards: [broken] }), { code: 'GW_LINE_RULE' });
    const { socket, answers } = await client();
    socket.write(frame(1, read));
    await until(() => answers.length === 1);
    assert.deepEqual(answers, [value(1)]);
  });

  it('asks every firewall of the link, and counts at the one that refused', async () => {
    const all = { firewall: 'outer', rules: [{ id: 'all', ...any, functions: [3, 6], action: 'accept' }] };
    proxy.change({ guards: [all, GUARD] });
    const { socket, answers } = await client();
    socket.write(Buffer.concat([frame(1, read), frame(2, write)]));
    await until(() => answers.length === 2);
    assert.deepEqual(answers, [value(1), refusal(2)]);
    const hits = proxy.figures().firewalls.map(({ rules }) => rules.map(rule => rule.hits));
    assert.deepEqual(hits, [
      [2, 0],
      [1, 0, 1],
    ]);
  });

  it('says in its log who asked what of whom when it fitted no rule', async () => {
    const { socket, answers } = await client();
    socket.write(frame(1, write));
    await until(() => answers.length === 1);
    const [entry] = proxy.figures().log;
    const { atMs, client: who, device: whom, ...said } = entry ?? assert.fail('nothing was logged');
    assert.ok(atMs > 0);
    assert.match(`${who} ${whom}`, /^127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+$/);
    assert.deepEqual(said, {
      ...{ asked: 'unknown', firewall: 'plc-guard', rule: 'otherwise', passed: false, frame: '010600070009' },
    });
  });

  describe('with rules that say who asks', () => {
    const OWN = { ...READS, id: 'own-reads', direction: 'from-vm' };
    const THEIR = { ...READS, id: 'their-reads', direction: 'to-vm' };
    const NO_READS = { ...THEIR, id: 'no-reads', action: 'drop' };
    // The client is 127.0.0.2, the device 127.0.0.1.
    const [CLIENT, DEVICE] = ['127.0.0.2', '127.0.0.1'];
    const judge = (vms: readonly string[] | undefined, ...rules: readonly LineGuard['rules'][number][]) =>
      proxy.change({ guards: [{ firewall: 'plc-guard', rules: [...rules] }], ...(vms ? { vms: [...vms] } : {}) });
    const decided = () =>
      proxy
        .figures()
        .firewalls[0]?.rules.filter(rule => rule.hits > 0)
        .map(({ id, hits }) => [id, hits]);
    const ask = async () => {
      const { socket, answers } = await openClient(port, CLIENT);
      socket.write(frame(1, read));
      await until(() => answers.length === 1);
      socket.destroy();
      return answers[0];
    };
    const refused = hex(tcpFrame(1, 1, Uint8Array.of(0x83, 1)));

    it('takes a client that is the VM for one that asks from it', async () => {
      judge([CLIENT], THEIR, OWN);
      assert.equal(await ask(), value(1));
      assert.deepEqual(decided(), [['own-reads', 1]]);
      judge([CLIENT], THEIR);
      assert.equal(await ask(), refused);
    });

    it('takes a device that is the VM for one that is asked', async () => {
      judge([DEVICE], OWN, THEIR);
      assert.equal(await ask(), value(1));
      assert.deepEqual(decided(), [['their-reads', 1]]);
      judge([DEVICE], OWN);
      assert.equal(await ask(), refused);
    });

    it('lets no rule of one side accept when it is not known who asks, and every one deny', async () => {
      const rejecting = { ...NO_READS, action: 'reject', exception: 'device-busy' };
      for (const unknown of [undefined, [], ['10.0.0.1'], [CLIENT, DEVICE]]) {
        judge(unknown, OWN, THEIR);
        assert.equal(await ask(), refused);
        judge(unknown, rejecting, READS);
        assert.equal(await ask(), hex(tcpFrame(1, 1, Uint8Array.of(0x83, 6))));
        judge(unknown, OWN, READS);
        assert.equal(await ask(), value(1), 'a rule for both sides');
      }
    });

    it('counts a rule, and its rate, in common for both sides', async () => {
      const rate = { requests: 1, per: 'hour', burst: 1 };
      judge([CLIENT], { ...READS, rate });
      assert.equal(await ask(), value(1));
      judge([DEVICE], { ...READS, rate });
      assert.equal(await ask(), refused);
      assert.deepEqual(
        proxy.figures().firewalls[0]?.rules.map(({ id, hits, over }) => [id, hits, over]),
        [
          ['reads', 1, 1],
          ['otherwise', 1, 0],
        ],
      );
      assert.deepEqual(
        proxy.figures().log.map(({ asked, rule }) => [asked, rule]),
        [['to-vm', 'otherwise']],
      );
    });

    it('judges a connection that lasts by the addresses it knows now', async () => {
      judge([CLIENT], OWN);
      const { socket, answers } = await openClient(port, CLIENT);
      socket.write(frame(1, read));
      await until(() => answers.length === 1);
      judge([DEVICE], OWN);
      socket.write(frame(2, read));
      await until(() => answers.length === 2);
      assert.deepEqual(answers, [value(1), hex(tcpFrame(2, 1, Uint8Array.of(0x83, 1)))]);
      socket.destroy();
    });
  });

  it('lets nothing pass before it was given rules', async () => {
    await proxy.close();
    proxy = new ModbusProxy(Date.now, { listen: LOCAL, device: () => connect(device.port, '127.0.0.1') });
    port = await proxy.listen();
    const { socket } = await client();
    socket.write(frame(1, read));
    await until(() => proxy.figures().requests.silenced === 1);
    assert.equal(proxy.figures().requests.passed, 0);
  });

  it('passes answers on that come after the client has ended its side', async () => {
    const { socket, answers } = await client();
    socket.end(frame(1, read));
    await once(socket, 'close');
    assert.deepEqual(answers, [value(1)]);
  });

  it('breaks the connection of a client whose device is not reached', async () => {
    await device.close();
    const { socket } = await client();
    await until(() => socket.destroyed);
    assert.equal(proxy.figures().connections.unreached, 1);
    device = await serveTcp(deviceResponder(singleDevice(memory)), LOCAL);
  });
});

describe('a proxy before a device that does as it likes', () => {
  let server: Server;
  let proxy: ModbusProxy;
  let port: number;
  let devices: Socket[];

  beforeEach(async () => {
    devices = [];
    server = createServer({ allowHalfOpen: true }, socket => {
      socket.on('error', () => {});
      devices.push(socket);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const to = { host: '127.0.0.1', port: address.port, allowHalfOpen: true };
    proxy = new ModbusProxy(Date.now, { listen: LOCAL, device: () => connect(to) });
    port = await proxy.listen();
    proxy.change({ guards: [GUARD] });
  });
  afterEach(async () => {
    await proxy.close();
    for (const socket of devices) socket.destroy();
    await new Promise(resolve => server.close(resolve));
  });

  it('holds a refusal back until the device has answered what was asked before', async () => {
    const { socket, answers } = await openClient(port);
    socket.write(Buffer.concat([frame(1, read), frame(2, write)]));
    await until(() => proxy.figures().requests.refused === 1 && devices.length === 1);
    assert.deepEqual(answers, []);
    devices[0]?.write(Buffer.from(value(1), 'hex'));
    await until(() => answers.length === 2);
    assert.deepEqual(answers, [value(1), refusal(2)]);
    socket.destroy();
  });

  it('does not hold it back for ever when the device is silent', async () => {
    const { socket, answers } = await openClient(port);
    socket.write(Buffer.concat([frame(1, read), frame(2, write)]));
    await until(() => answers.length === 1);
    assert.deepEqual(answers, [refusal(2)]);
    socket.destroy();
  });

  it('ends a connection on which the device sends no Modbus', async () => {
    const { socket } = await openClient(port);
    await until(() => devices.length === 1);
    devices[0]?.write(Buffer.from('ffff0000ffff', 'hex'));
    await until(() => socket.destroyed);
    assert.equal(proxy.figures().requests.malformed, 1);
  });

  it('reads no further from a client that does not read its refusals', async () => {
    const { socket } = await openClient(port);
    socket.pause();
    const refused = Buffer.concat(Array.from({ length: 1_000 }, (_, index) => frame(index, write)));
    let sent = 0;
    while (socket.writableLength < 1024 * 1024) {
      socket.write(refused);
      sent += 1_000;
      await new Promise(setImmediate);
    }
    // What the proxy took is bounded by the buffers of the kernel; the rest waits at the client.
    assert.ok(proxy.figures().requests.refused < sent);
    socket.destroy();
  });
});

describe('the order of answers', () => {
  it('forgets the oldest request when a client asks and asks, and sends refusals all the same', () => {
    const sent: string[] = [];
    const order = new AnswerOrder(answer => sent.push(hex(answer)));
    for (let transaction = 0; transaction < 200; transaction += 1) order.asked(transaction);
    order.refused(Uint8Array.of(1));
    for (let transaction = 137; transaction < 199; transaction += 1) order.answered(transaction);
    assert.deepEqual(sent, []);
    order.answered(199);
    assert.deepEqual(sent, ['01']);
  });

  it('takes answers in another order than the requests had', () => {
    const sent: string[] = [];
    const order = new AnswerOrder(answer => sent.push(hex(answer)));
    order.asked(1);
    order.asked(2);
    order.refused(Uint8Array.of(3));
    order.answered(2);
    order.answered(77);
    assert.deepEqual(sent, []);
    order.answered(1);
    assert.deepEqual(sent, ['03']);
  });
});

interface Client {
  readonly socket: Socket;
  /** Whole frames in hex. */
  readonly answers: string[];
}

async function openClient(port: number, from = '127.0.0.1'): Promise<Client> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: from, noDelay: true });
  const answers: string[] = [];
  const framer = new TcpFramer((held, start, end) => answers.push(hex(held.subarray(start, end))));
  socket.on('data', chunk => framer.push(chunk));
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, answers };
}
