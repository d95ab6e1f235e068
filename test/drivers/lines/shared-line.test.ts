// One line, several VMs: what each may say, what it is answered, and what it does not notice of the others. The devices are
// slaves of libmodbus on a pseudo terminal and on TCP; the VMs are unix sockets where their serial ports are looked for.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { LineSpec } from '../../../runtime/model/kinds/line.ts';
import type { LineFrame } from '../../../runtime/model/line-frame.ts';
import { devicesByUnit } from '../../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder } from '../../../runtime/protocols/modbus/server/responder.ts';
import { serveRtu } from '../../../runtime/protocols/modbus/server/rtu-server.ts';
import { serialWire } from '../../../runtime/protocols/modbus/wire/serial.ts';
import { refusal, step } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { openPeers, type Peers } from '../../protocols/modbus/peers/programs.ts';
import { read, UNIT, write } from './master.ts';
import { port, reads, rule, serialLine } from './sample.ts';
import { opened, openSite, type Site, statusOf } from './site.ts';

const ILLEGAL_FUNCTION = '01';
const TARGET_SILENT = '0b';

describe('a line that VMs share', function () {
  this.timeout(60_000);
  let peers: Peers;
  let site: Site;
  let handle: Handle<'line'>;

  const master = (vm: string) => site.master(vm);
  const line = (spec: LineSpec) => resource('line', 'meters', spec);
  const status = () => statusOf(handle);

  beforeEach(async () => {
    peers = openPeers();
    site = await openSite();
    handle = await site.connect();
  });
  afterEach(async () => {
    await site.close();
    await peers.close();
  });

  /** A slave of libmodbus on one end of a serial line; the other end is ours. */
  async function serialSpec(ports: LineSpec['ports']): Promise<LineSpec> {
    const [ours, theirs] = await peers.ptyPair();
    await peers.libmodbusRtuServer(theirs, UNIT);
    return serialLine(realpathSync(ours), { messages: 'read', ports });
  }

  it('answers each VM with what the device says, on a serial line', async () => {
    const spec = await serialSpec([port('robot-a', 'vendor-a'), port('robot-b', 'vendor-b', reads)]);
    const [a, b] = [await master('robot-a'), await master('robot-b')];
    await handle.create(line(spec), step(1));
    await opened(handle);
    assert.deepEqual(await Promise.all([a.ask(read(100, 2)), b.ask(read(200))]), ['030400640065', '030200c8']);
    assert.equal(await a.ask(write(100, 7)), write(100, 7));
    assert.equal(await b.ask(read(100)), '03020007');
  });

  it('refuses what the rules do not let pass with an exception, counts it, and asks the device nothing', async () => {
    const setPoint = rule('set-point', {
      functions: [6],
      registers: [{ table: 'holding', first: 40, last: 41 }],
      values: [{ least: 0, most: 24 }],
    });
    const never = rule('never', { units: [{ first: 99, last: 99 }], action: 'drop' });
    const rules = [never, setPoint, ...reads.rules];
    const spec = await serialSpec([port('robot-a', 'vendor-a', { firewall: 'guard', rules })]);
    const a = await master('robot-a');
    await handle.create(line(spec), step(1));
    await opened(handle);
    assert.equal(await a.ask(write(40, 24)), write(40, 24));
    assert.equal(await a.ask(write(40, 25)), `86${ILLEGAL_FUNCTION}`, 'the value is outside');
    assert.equal(await a.ask(write(42, 1)), `86${ILLEGAL_FUNCTION}`, 'the register is outside');
    assert.equal(await a.ask('10002800020400010002'), `90${ILLEGAL_FUNCTION}`, 'another function');
    await a.tell(read(0), 99);
    assert.equal(await a.ask(read(40)), '03020018', 'the last value that was let pass');
    assert.deepEqual(a.unexpected, [], 'what is dropped is not answered');
    const { more, ends, log } = await status();
    const [vm, device] = ends;
    const [guard] = vm?.firewalls ?? [];
    assert.equal(guard?.firewall, 'guard');
    assert.deepEqual(
      guard?.rules.map(({ id, hits }) => [id, hits]),
      [
        ['never', 1],
        ['set-point', 1],
        ['read', 1],
        ['otherwise', 3],
      ],
    );
    const last = guard?.rules.at(-1)?.lastHit ?? 0;
    assert.ok(last > Date.now() - 60_000 && last <= Date.now(), 'when it last refused something');
    assert.deepEqual(
      log.map(({ vm: by, direction, firewall, rule: id, passed, frame }) => [
        by,
        direction,
        firewall,
        id,
        passed,
        frame,
      ]),
      [
        ['vm.cell-7/robot-a', 'in', 'guard', 'otherwise', false, '1110002800020400010002'],
        ['vm.cell-7/robot-a', 'in', 'guard', 'otherwise', false, `11${write(42, 1)}`],
        ['vm.cell-7/robot-a', 'in', 'guard', 'otherwise', false, `11${write(40, 25)}`],
      ],
      'what no rule lets pass is told, the latest first',
    );
    assert.deepEqual([vm?.in.frames, vm?.in.denied, vm?.in.malformed, vm?.out.frames], [6, 4, 0, 5]);
    assert.ok((device?.out.frames ?? 9) <= 3, 'two requests, and one question at most whether the device is in step');
    assert.deepEqual([device?.in.frames, device?.out.dropped, more?.waiting], [device?.out.frames, 0, 0]);
  });

  it('takes other rules at once, keeps the counters of those that stay, and keeps the old ones when the new ones are none', async () => {
    const spec = await serialSpec([port('robot-a', 'vendor-a', reads)]);
    const a = await master('robot-a');
    await handle.create(line(spec), step(1));
    await opened(handle);
    await a.ask(read(1));
    const both = { firewall: 'guard', rules: [...reads.rules, rule('write', { functions: [6] })] };
    assert.equal(await a.ask(write(1, 5)), `86${ILLEGAL_FUNCTION}`);
    await handle.update(line({ ...spec, ports: [port('robot-a', 'vendor-a', both)] }), [], step(2));
    assert.equal(await a.ask(write(1, 5)), write(1, 5));
    assert.equal(await a.ask(read(1)), '03020005');
    assert.match(JSON.stringify(await status()), /"id":"read","hits":2/);
    const none = { firewall: 'guard', rules: [{ id: 'odd', action: 'perhaps' }] };
    const wrong = handle.update(line({ ...spec, ports: [port('robot-a', 'vendor-a', none)] }), [], step(3));
    assert.equal(await refusal(wrong), 'GW_LINE_RULE');
    assert.equal(await a.ask(write(1, 6)), write(1, 6), 'the rules before still hold');
    const half = [port('robot-a', 'vendor-a', reads), port('robot-b', 'vendor-b', none)];
    const elsewhere = handle.update(line({ ...spec, device: '/dev/none', ports: half }), [], step(4));
    assert.equal(await refusal(elsewhere), 'GW_LINE_RULE');
    assert.equal((await handle.observe())[0]?.spec.device, spec.device);
    assert.equal(await a.ask(write(1, 7)), write(1, 7), 'nothing of it was taken');
  });

  it('lets the dead device of one tenant change nothing for the other', async () => {
    // Of our own, as libmodbus swallows the request after one for another unit: it takes it for that unit's answer.
    const [ours, theirs] = await peers.ptyPair();
    const devices = devicesByUnit(new Map([[UNIT, new MemoryDevice({ holdingRegisters: 100 })]]));
    const serial = { baudRate: 115_200, parity: 'none', stopBits: 2 } as const;
    const wire = await serialWire({ path: theirs, ...serial })(() => {}, new AbortController().signal);
    const slave = serveRtu(deviceResponder(devices), wire.stream, { heard: 'requests' });
    const ports = [port('robot-a', 'vendor-a'), port('robot-b', 'vendor-b')];
    const [a, b] = [await master('robot-a'), await master('robot-b')];
    const device = realpathSync(ours);
    await handle.create(line(serialLine(device, { messages: 'none', ports })), step(1));
    await opened(handle);
    try {
      let dead = 0;
      let stop = false;
      const noise = (async () => {
        while (!stop) {
          if ((await a.ask(read(1), 99)) === `83${TARGET_SILENT}`) dead += 1;
          await setImmediate(); // as a guest, which is answered at once by now, would need a moment
        }
      })();
      for (let n = 0; n < 50; n++) assert.equal(await b.ask(read(n)), '03020000');
      while (dead < 4) assert.equal(await b.ask(read(1)), '03020000'); // the device is given up by now
      stop = true;
      await noise;
      assert.deepEqual((await status()).more?.silentUnits, [99]);
    } finally {
      slave.stop();
      await wire.close();
    }
  });

  it('gives a tenant the share of the time that its bus says', async () => {
    // As many VMs as it takes for somebody of each tenant to be waiting at any time.
    const vms = ['vendor-a', 'vendor-b'].flatMap(tenant => [1, 2, 3, 4].map(n => ({ tenant, name: `${tenant}-${n}` })));
    const spec = await serialSpec(vms.map(({ name, tenant }) => port(name, tenant)));
    const masters = await Promise.all(vms.map(({ name }) => master(name)));
    const settings = { ...spec.settings, shares: [{ tenant: 'vendor-a', share: 4 }] };
    await handle.create(line({ ...spec, settings }), step(1));
    await opened(handle);
    const answers = new Map<string, number>();
    let total = 0;
    const asking = vms.map(async ({ tenant }, place) => {
      for (; total < 300; total += 1) {
        // Equal reads would be asked once.
        assert.match(await (masters[place]?.ask(read(100 + place)) ?? ''), /^0302/);
        answers.set(tenant, (answers.get(tenant) ?? 0) + 1);
      }
    });
    await Promise.all(asking);
    const [a, b] = vms.filter(({ name }) => name.endsWith('-1')).map(({ tenant }) => answers.get(tenant) ?? 0);
    assert.ok(a !== undefined && b !== undefined && a > 2 * b && b > 0, `${a} to ${b}`);
  });

  it('asks a device behind a socket, waits for it while it is away, and tells the VMs so in the meantime', async () => {
    const listening = createServer().listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const { port: free } = listening.address() as { port: number };
    listening.close();
    const spec: LineSpec = {
      ...{ protocol: 'modbus', device: `tcp://127.0.0.1:${free}`, messages: 'none' },
      settings: { carrier: 'tcp', host: '127.0.0.1', port: free, answerMs: 500 },
      ports: [port('robot-a', 'vendor-a')],
    };
    const a = await master('robot-a');
    await handle.create(line(spec), step(1));
    assert.equal(await a.ask(read(5)), '830a', 'no path to the device');
    await peers.libmodbusTcpServer(free);
    await opened(handle);
    assert.equal(await a.ask(read(5)), '03020005');
  });

  it('answers messages of the flow as far as they are let, and takes none for a bus that is not there', async () => {
    const spec = await serialSpec([port('robot-a', 'vendor-a')]);
    await handle.create(line(spec), step(1));
    await opened(handle);
    const bytes = (pdu: string) => Buffer.from(pdu, 'hex');
    const asked = async (pdu: string) =>
      Buffer.from((await handle.ask?.('line.cell-7/meters', Uint8Array.of(UNIT, ...bytes(pdu)))) ?? []).toString('hex');
    assert.equal(await asked(read(9)), '03020009');
    assert.equal(await refusal(asked(write(9, 1))), 'GW_LINE_MESSAGES');
    await handle.update(line({ ...spec, messages: 'write' }), [], step(2));
    assert.equal(await asked(write(9, 1)), write(9, 1));
    await handle.update(line({ ...spec, messages: 'none' }), [], step(3));
    assert.equal(await refusal(asked(read(9))), 'GW_LINE_MESSAGES');
    const nobody = handle.ask?.('line.cell-7/other', Uint8Array.of(UNIT, ...bytes(read(9)))) ?? assert.fail();
    assert.equal(await refusal(nobody), 'GW_ADDRESS_UNKNOWN');
  });

  it('hands a VM over to another line, whichever of the two is changed first', async () => {
    const first = await serialSpec([port('robot-a', 'vendor-a')]);
    const second = await serialSpec([]);
    const other = (spec: LineSpec) => resource('line', 'pumps', spec);
    const a = await master('robot-a');
    await handle.create(line(first), step(1));
    await handle.create(other(second), step(1));
    await handle.update(other({ ...second, ports: first.ports }), [], step(2));
    const seen = await handle.observe();
    assert.deepEqual(
      seen.map(({ spec }) => spec.ports?.length),
      [0, 1],
    );
    await handle.update(line({ ...first, ports: [] }), [], step(2));
    await opened(handle, 'line.cell-7/pumps');
    assert.equal(await a.ask(read(4)), '03020004');
  });

  it('tells who listens what was asked, by whom, and what became of it, until the line goes', async () => {
    const spec = await serialSpec([port('robot-a', 'vendor-a', reads)]);
    const a = await master('robot-a');
    await handle.create(line(spec), step(1));
    await opened(handle);
    const heard: LineFrame[] = [];
    const ended = Promise.withResolvers<void>();
    const all = Promise.withResolvers<void>();
    const stop = await handle.tap?.(
      'line.cell-7/meters',
      frames => {
        heard.push(...frames);
        if (heard.length === 3) all.resolve();
      },
      ended.resolve,
    );
    await a.ask(read(7));
    await a.ask(write(7, 1));
    await handle.ask?.('line.cell-7/meters', Uint8Array.of(UNIT, ...Buffer.from(read(8), 'hex')));
    await all.promise;
    assert.deepEqual(
      heard.map(({ atMs: _when, ...frame }) => frame),
      [
        { end: 'vm.cell-7/robot-a', direction: 'in', frame: `11${read(7)}`, answer: '03020007' },
        {
          ...{ end: 'vm.cell-7/robot-a', direction: 'in' },
          frame: `11${write(7, 1)}`,
          answer: `86${ILLEGAL_FUNCTION}`,
          refusedBy: 'guard',
        },
        { end: 'messages', direction: 'in', frame: `11${read(8)}`, answer: '03020008' },
      ],
    );
    await handle.remove('line.cell-7/meters', step(2));
    await ended.promise;
    stop?.();
  });

  it('is open again after a new start of the process, and only shown by one that soon ends', async () => {
    const spec = await serialSpec([port('robot-a', 'vendor-a')]);
    await handle.create(line(spec), step(1));
    await handle.close();
    const looking = await site.connect({ dormant: 'yes' });
    assert.deepEqual(
      (await looking.observe()).map(({ spec: seen, status: { state } }) => [seen.device, state]),
      [[spec.device, 'closed']],
    );
    await looking.close();
    handle = await site.connect();
    const a = await master('robot-a');
    await opened(handle);
    assert.equal(await a.ask(read(3)), '03020003');
    await handle.remove('line.cell-7/meters', step(2));
    assert.deepEqual(await handle.observe(), []);
  });
});
