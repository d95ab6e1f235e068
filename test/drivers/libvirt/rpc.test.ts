// The client of libvirt's protocol against a server of the test, which may say anything.
import assert from 'node:assert/strict';
import { type Duplex, duplexPair } from 'node:stream';
import fc from 'fast-check';
import { domainState, libraryVersion, listDomains, startDomain } from '../../../runtime/drivers/libvirt/rpc/calls.ts';
import { RpcConnection } from '../../../runtime/drivers/libvirt/rpc/connection.ts';
import { KEEPALIVE_PROGRAM, MAX_FRAME_BYTES, REMOTE_PROGRAM } from '../../../runtime/drivers/libvirt/rpc/frame.ts';
import { isRefusal, REFUSAL_CODE } from '../../../runtime/drivers/libvirt/rpc/refusal.ts';
import { XdrReader, XdrWriter } from '../../../runtime/drivers/libvirt/rpc/xdr.ts';
import type { GatewrightError } from '../../../runtime/model/errors.ts';

const VERSION = 157;
const REF = { name: 'gw.cell-7.a7', uuid: Buffer.alloc(16, 7), id: 1 };
const NEVER = new AbortController().signal;

interface Words {
  readonly program?: number;
  readonly version?: number;
  readonly procedure?: number;
  readonly type?: number;
  readonly serial?: number;
  readonly status?: number;
  readonly length?: number;
}

/** A message with every word of its head as the test wants it; by default the answer to the first call. */
function message(payload: Buffer, words: Words = {}): Buffer {
  const { program = REMOTE_PROGRAM, version = 1, procedure = VERSION, type = 1, serial = 1, status = 0 } = words;
  const head = new XdrWriter();
  for (const word of [words.length ?? 28 + payload.length, program, version, procedure, type, serial, status])
    head.uint(word);
  return Buffer.concat([head.bytes(), payload]);
}

/** libvirt's version as it travels. */
function versionBytes(version: number): Buffer {
  return new XdrWriter().uint(0).uint(version).bytes();
}

function open() {
  const [near, far] = duplexPair();
  const events: number[] = [];
  const lost: GatewrightError[] = [];
  const rpc = new RpcConnection(near, {
    event: procedure => void events.push(procedure),
    lost: error => void lost.push(error),
  });
  far.on('error', () => {});
  return { rpc, far, events, lost };
}

/** Resolves with what the client has written, once it is that many bytes. */
async function written(far: Duplex, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of far.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    if (Buffer.concat(chunks).length >= bytes) break;
  }
  return Buffer.concat(chunks);
}

describe('the client of libvirt', () => {
  it('matches answers to calls by their number, in whatever order and pieces they come', async () => {
    const { rpc, far, events } = open();
    const [first, second] = [libraryVersion(rpc), libraryVersion(rpc)];
    const stream = Buffer.concat([
      message(versionBytes(2), { serial: 2 }),
      message(Buffer.alloc(4), { type: 2, procedure: 318, serial: 0 }),
      message(versionBytes(1), { serial: 1 }),
    ]);
    for (const byte of stream) far.write(Buffer.of(byte));
    assert.deepEqual(await Promise.all([first, second]), [1, 2]);
    assert.deepEqual(events, [318]);
    const [third, fourth] = [libraryVersion(rpc), libraryVersion(rpc)];
    far.write(Buffer.concat([message(versionBytes(4), { serial: 4 }), message(versionBytes(3), { serial: 3 })]));
    assert.deepEqual(await Promise.all([third, fourth]), [3, 4]);
    rpc.close();
  });

  it('answers when it is asked whether it is there', async () => {
    const { rpc, far } = open();
    far.write(message(Buffer.alloc(0), { program: KEEPALIVE_PROGRAM, procedure: 1, type: 2, serial: 0 }));
    const answer = await written(far, 28);
    assert.equal(answer.readUInt32BE(4), KEEPALIVE_PROGRAM);
    assert.equal(answer.readUInt32BE(12), 2, 'pong');
    rpc.close();
  });

  it('tells a refusal with its code and the words of libvirt', async () => {
    const { rpc, far } = open();
    const call = domainState(rpc, REF);
    const words = new XdrWriter().int(REFUSAL_CODE.noDomain).int(10).optionalString('no domain with that <name>');
    far.write(message(words.bytes(), { procedure: 212, status: 1 }));
    const error = await call.then(
      () => assert.fail('it was refused'),
      (found: GatewrightError) => found,
    );
    assert.equal(error.code, 'GW_HOST_COMMAND_FAILED');
    assert.match(error.message, /read a domain's state: no domain with that <name>; mend/);
    assert.equal(isRefusal(error, REFUSAL_CODE.noDomain), true);
    rpc.close();
  });

  const BROKEN: Readonly<Record<string, Buffer>> = {
    'has no length': message(Buffer.alloc(0), { length: 0 }),
    'is shorter than its head': message(Buffer.alloc(0), { length: 27 }),
    'says it is longer than any may be': message(Buffer.alloc(0), { length: MAX_FRAME_BYTES + 1 }),
    'says it is endless': message(Buffer.alloc(0), { length: 0xffffffff }),
    'belongs to another program': message(versionBytes(1), { program: 0x12345678 }),
    'has another version': message(versionBytes(1), { version: 2 }),
    'is a call': message(versionBytes(1), { type: 0 }),
    'has an unknown type': message(versionBytes(1), { type: 9 }),
    'has an unknown status': message(versionBytes(1), { status: 2 }),
    'answers what was never asked': message(versionBytes(1), { serial: 77 }),
    'is HTTP': Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'),
  };
  for (const [what, bytes] of Object.entries(BROKEN))
    it(`gives up a connection whose message ${what}, and every call on it`, async () => {
      const { rpc, far, lost } = open();
      const calls = [libraryVersion(rpc), listDomains(rpc)];
      far.write(bytes);
      for (const call of calls) await assert.rejects(call, { code: 'GW_HOST_UNEXPECTED' });
      assert.equal(lost.length, 1);
      assert.equal(rpc.open, false);
      await assert.rejects(libraryVersion(rpc), { code: 'GW_HOST_UNEXPECTED' }, 'no call is made on it any more');
    });

  const WRONG: Readonly<Record<string, Buffer>> = {
    'ends too early': new XdrWriter().uint(1).uint(400).bytes(),
    'has bytes left over': new XdrWriter().uint(0).uint(0).uint(0).bytes(),
    'has more items than the protocol allows': new XdrWriter().uint(16_385).bytes(),
    'claims a list as long as memory': new XdrWriter().uint(0xffffffff).bytes(),
    'has a name longer than the protocol allows': new XdrWriter()
      .uint(1)
      .uint(4 * 1024 * 1024 + 1)
      .bytes(),
    'is padded with something': Buffer.concat([new XdrWriter().uint(1).uint(1).bytes(), Buffer.from('a!!!')]),
    'has a name that is not UTF-8': Buffer.concat([new XdrWriter().uint(1).uint(4).bytes(), Buffer.alloc(4, 0xff)]),
  };
  for (const [what, payload] of Object.entries(WRONG))
    it(`refuses an answer that ${what}, and goes on with the connection`, async () => {
      const { rpc, far } = open();
      const call = listDomains(rpc);
      far.write(message(payload, { procedure: 273 }));
      await assert.rejects(call, { code: 'GW_HOST_UNEXPECTED' });
      const next = libraryVersion(rpc);
      far.write(message(versionBytes(9), { serial: 2 }));
      assert.equal(await next, 9);
      rpc.close();
    });

  it('refuses an answer to another question', async () => {
    const { rpc, far } = open();
    const call = libraryVersion(rpc);
    far.write(message(versionBytes(1), { procedure: 66 }));
    await assert.rejects(call, { code: 'GW_HOST_UNEXPECTED' });
  });

  it('fails all calls when the other side goes away in the middle of an answer', async () => {
    const { rpc, far, lost } = open();
    const calls = [libraryVersion(rpc), startDomain(rpc, REF)];
    far.end(message(versionBytes(1)).subarray(0, 30));
    for (const call of calls) await assert.rejects(call, { code: 'GW_HOST_IO' });
    assert.equal(lost.length, 1);
  });

  it('gives up waiting in time, and takes no late answer for another call’s', async () => {
    const { rpc, far } = open();
    await assert.rejects(libraryVersion(rpc, { timeoutMs: 1 }), { code: 'GW_HOST_TIMEOUT' });
    const next = libraryVersion(rpc);
    far.write(Buffer.concat([message(versionBytes(1)), message(versionBytes(2), { serial: 2 })]));
    assert.equal(await next, 2);
    rpc.close();
  });

  it('stops a question when it is cancelled, and awaits a change that is on its way', async () => {
    const { rpc, far } = open();
    const cancel = new AbortController();
    const question = libraryVersion(rpc, { signal: cancel.signal });
    const change = startDomain(rpc, REF, { signal: cancel.signal });
    cancel.abort();
    await assert.rejects(question, { code: 'GW_CANCELLED' });
    const started = new XdrWriter().string(REF.name).opaque(REF.uuid).int(5).bytes();
    far.write(message(started, { procedure: 196, serial: 2 }));
    assert.equal((await change).id, 5);
    await assert.rejects(startDomain(rpc, REF, { signal: cancel.signal }), { code: 'GW_CANCELLED' });
    rpc.close();
  });

  it('ends every call, whatever bytes come', async () => {
    const frames = fc.record({
      program: fc.constantFrom(REMOTE_PROGRAM, KEEPALIVE_PROGRAM),
      procedure: fc.constantFrom(273, 318, 1),
      type: fc.constantFrom(1, 2),
      serial: fc.constantFrom(0, 1, 2),
      status: fc.constantFrom(0, 1),
      payload: fc.uint8Array({ maxLength: 80 }),
    });
    const chunk = fc.oneof(
      frames.map(({ payload, ...words }) => message(Buffer.from(payload), words)),
      fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 6 }), async chunks => {
        const { rpc, far } = open();
        const call = listDomains(rpc, { signal: NEVER });
        for (const bytes of chunks) far.write(bytes);
        far.end();
        const end = await call.then(
          () => 'answered',
          (error: GatewrightError) => error.code,
        );
        assert.match(end, /^(answered|GW_HOST_UNEXPECTED|GW_HOST_IO|GW_HOST_COMMAND_FAILED)$/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('data as it travels to and from libvirt', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.option(fc.string({ unit: 'binary', maxLength: 9 }), { nil: undefined }),
        fc.uint8Array({ maxLength: 17 }),
        (int, uint, text, maybe, bytes) => {
          const written = new XdrWriter().int(int).uint(uint).string(text).optionalString(maybe).opaque(bytes).bytes();
          const reader = new XdrReader(written);
          assert.deepEqual([reader.int(), reader.uint(), reader.string(1_000)], [int, uint, text]);
          assert.equal(
            reader.optional(inner => inner.string(1_000)),
            maybe,
          );
          assert.deepEqual(reader.opaque(bytes.length), Buffer.from(bytes));
          reader.end();
        },
      ),
    );
  });
});
