import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording } from '../../../runtime/lanes/recording/open.ts';
import { PcapngWriter } from '../../../runtime/lanes/recording/pcapng/writer.ts';
import type { RecordedFrame } from '../../../runtime/lanes/recording/recorded-frame.ts';
import type { LineFrame } from '../../../runtime/model/line-frame.ts';
import { tcpFrame as adu } from '../../../runtime/protocols/modbus/adu/frames.ts';
import { buildRequest } from '../../../runtime/protocols/modbus/pdu/request.ts';
import { modbusRecording } from '../../../runtime/protocols/modbus/recording.ts';
import { linkOf, type SpokenFrame } from '../../../runtime/protocols/recording.ts';
import { itWithRecording } from '../../lab/recordings.ts';
import { pcapFile, tcpFrame } from '../../lanes/recording/tcp-frames.ts';

function spokenIn(recording: Uint8Array, port?: number) {
  const said: SpokenFrame[] = [];
  const reader = modbusRecording.reader(frame => void said.push(frame), port === undefined ? {} : { port });
  const file = openRecording({ frame: frame => reader.take(frame) });
  file.take(recording);
  file.end();
  const remarks = reader.end();
  return { said, remarks };
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const requests = (recording: Uint8Array, port?: number) =>
  spokenIn(recording, port).said.map(({ request }) => hex(request));

const READ = Uint8Array.of(3, 0, 1, 0, 2);
const WRITE = Uint8Array.of(6, 0, 7, 0, 9);

/** A pcap file of a client that says these bytes, a segment each, to a port. */
function client(pieces: readonly Uint8Array[], port = 502): Buffer {
  let sequence = 1;
  return pcapFile(
    pieces.map((payload, index) => {
      const frame = tcpFrame({ from: ['10.0.0.5', 50_000], to: ['10.0.0.9', port], sequence, payload });
      sequence += payload.length;
      return [1_000_000 + index, frame] as const;
    }),
  );
}

describe('Modbus in a recording', () => {
  it('is every request that a client said, however it was split or joined', () => {
    const both = Buffer.concat([adu(1, 4, READ), adu(2, 5, WRITE)]);
    const expected = ['040300010002', '050600070009'];
    for (let cut = 0; cut < both.length; cut += 1)
      assert.deepEqual(requests(client([both.subarray(0, cut), both.subarray(cut)])), expected, `cut at ${cut}`);
    const [first] = spokenIn(client([both])).said;
    assert.deepEqual(
      [first?.time, first?.between, hex(first?.judged ?? new Uint8Array(0))],
      [1_000_000, '10.0.0.5 to 10.0.0.9', hex(adu(1, 4, READ))],
    );
    assert.deepEqual(requests(client([both], 1_502)), []);
    assert.deepEqual(requests(client([both], 1_502), 1_502), expected);
  });

  it('is in step again after bytes that are none, and says how often that was', () => {
    const { said, remarks } = spokenIn(client([Buffer.alloc(20, 0xff), adu(1, 4, READ)]));
    assert.deepEqual(
      said.map(({ request }) => hex(request)),
      ['040300010002'],
    );
    assert.deepEqual(remarks, ['1 times the bytes were no Modbus, up to the next segment']);
  });

  it('is what was heard at an end of a line, with the answer, and is decoded as that by Wireshark', () => {
    const record = modbusRecording.recorder(linkOf('line.cell-7/meters', 'vm.cell-7/a7'));
    const at = { end: 'vm.cell-7/a7', direction: 'in' } as const;
    const heard: readonly LineFrame[] = [
      { ...at, atMs: 1_000, frame: `04${hex(READ)}`, answer: '0304000a000b' },
      { ...at, atMs: 2_000, frame: `04${hex(WRITE)}`, answer: '8601', refusedBy: 'door' },
      { ...at, atMs: 3_000, frame: '05030000007d' },
    ];
    const pieces: Uint8Array[] = [];
    const writer = new PcapngWriter(bytes => void pieces.push(bytes));
    for (const frame of heard.flatMap(record)) writer.frame(frame);
    writer.close(0);
    assert.deepEqual(requests(Buffer.concat(pieces)), ['040300010002', '040600070009', '05030000007d']);
    const folder = mkdtempSync(join(tmpdir(), 'gw-modbus-'));
    try {
      const file = join(folder, 'line.pcapng');
      writeFileSync(file, Buffer.concat(pieces));
      const fields = ['frame.interface_name', 'modbus.func_code', 'modbus.regval_uint16', 'modbus.exception_code'];
      const shown = spawnSync('tshark', ['-r', file, '-T', 'fields', ...fields.flatMap(name => ['-e', name])]);
      const name = 'line.cell-7/meters vm.cell-7/a7';
      const rows = shown.stdout.toString().split('\n').slice(0, -1);
      assert.deepEqual(
        rows.map(row => row.split('\t')),
        [
          [name, '3', '', ''],
          [name, '3', '10,11', ''],
          [name, '6', '', ''],
          [name, '6', '', '1'],
          [name, '3', '', ''],
        ],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is asked from the device at the end of the device, and from the VM at its own', () => {
    const record = modbusRecording.recorder('meters');
    const ways = (frame: Pick<LineFrame, 'end' | 'direction'>) =>
      record({ atMs: 0, frame: `04${hex(READ)}`, answer: '8302', ...frame }).map(({ direction }) => direction);
    assert.deepEqual(ways({ end: 'device', direction: 'out' }), ['to-device', 'from-device']);
    assert.deepEqual(ways({ end: 'vm.cell-7/a7', direction: 'in' }), ['to-device', 'from-device']);
    assert.deepEqual(ways({ end: 'messages', direction: 'in' }), ['to-device', 'from-device']);
  });

  it('is told in words, whatever it is', () => {
    const words = (request: Uint8Array) => modbusRecording.words(request);
    const exchange = buildRequest({ function: 23, address: 1, quantity: 2, writeAddress: 3, values: [4, 5] });
    const coils = buildRequest({ function: 15, address: 0, values: Array.from({ length: 10 }, (_, bit) => bit < 1) });
    const off = 'false false false false false false false';
    assert.deepEqual(
      [READ, WRITE, exchange, coils, Uint8Array.of(90, 1, 2)].map(pdu => words(Uint8Array.of(4, ...pdu))),
      [
        'unit 4, read holding registers, address 1, quantity 2',
        'unit 4, write single register, address 7, value 9',
        'unit 4, read/write multiple registers, address 1, quantity 2, write address 3, values 4 5',
        `unit 4, write multiple coils, address 0, values true ${off} and 2 more`,
        'unit 4, function 90, 5a0102',
      ],
    );
  });

  it('leaves out what does not tell whether it is a request, and says so', () => {
    const said: SpokenFrame[] = [];
    const reader = modbusRecording.reader(frame => void said.push(frame));
    const frame = (direction: RecordedFrame['direction'], bytes: Uint8Array): RecordedFrame => ({
      ...{ time: 0, link: 'meters', class: 'modbus', bytes },
      ...(direction === undefined ? {} : { direction }),
    });
    for (const direction of ['to-device', 'from-device', undefined] as const)
      reader.take(frame(direction, adu(1, 4, READ)));
    reader.take(frame('to-device', Uint8Array.of(1, 2)));
    assert.equal(said.length, 1);
    assert.deepEqual(reader.end(), [
      '1 times the bytes were no Modbus, up to the next segment',
      '1 Modbus frames do not tell whether they are requests or answers',
    ]);
  });

  const counts: Readonly<Record<string, Readonly<Record<number, number>>>> = {
    'modbus/modbus_test.pcap': { 4: 1_079, 6: 63 },
    'modbus/modbusSmall.pcap': { 1: 8, 15: 8 },
    'modbus/modbus_test_data_part1.pcap': { 1: 2, 3: 1, 5: 2, 6: 1, 8: 8, 17: 2, 43: 2 },
  };
  for (const [name, expected] of Object.entries(counts))
    itWithRecording(name, `is as many requests of each function in ${name} as Wireshark finds`, path => {
      const found: Record<number, number> = {};
      for (const { request } of spokenIn(readFileSync(path)).said) {
        const code = request[1] ?? 0;
        found[code] = (found[code] ?? 0) + 1;
      }
      assert.deepEqual(found, expected);
    });
});
