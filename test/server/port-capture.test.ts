// The card of a VM as a file to download: what Wireshark makes of it, where it ends, and what is refused.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { PortFrame } from '../../runtime/model/port-frame.ts';
import { captureRoutes } from '../../runtime/server/traffic/routes.ts';
import { ipFrame } from '../drivers/nftables/frame.ts';
import { tsharkFields } from '../lab/tshark.ts';
import { call } from './call.ts';
import { FakeLines } from './fake-lines.ts';

const PATH = '/gatewright/networks/cell-7/robot/eth0/capture';
const CARD = 'port.cell-7/robot.eth0';
const WHOLE = `${CARD} 65535`;
const ENDS = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 40_000 } as const;

/** What a robot asks, from one port after the other. */
const FRAMES: readonly PortFrame[] = [502, 503, 504].map((destinationPort, index) => {
  const macs = { sourceMac: '02:00:00:00:00:01', targetMac: '02:00:00:00:00:02' };
  const bytes = ipFrame(macs, { protocol: 'tcp', ...ENDS, destinationPort });
  const atUs = 1_700_000_000_000_000 + index;
  return { atUs, direction: index === 2 ? 'to-vm' : 'from-vm', length: bytes.length, bytes };
});

describe('the card of a VM to download', function () {
  this.timeout(30_000);
  let lines: FakeLines;
  let server: Server;
  let mayRead = true;
  beforeEach(async () => {
    lines = new FakeLines({});
    mayRead = true;
    const app = express();
    app.use(captureRoutes(lines, (_request, response, next) => (mayRead ? next() : response.status(401).end())));
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => server.close());

  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = (path: string) => call(url(), { path });

  /** Downloads while these frames go over the card, until nothing more can be heard. */
  async function download(query = '', lost = 0, of = WHOLE) {
    const answered = fetch(new URL(`${PATH}?${query}`, url()));
    await lines.until(() => lines.recorded.includes(of));
    const answer = await answered;
    assert.equal(answer.status, 200);
    lines.pass(of, FRAMES, lost);
    lines.end();
    return { file: Buffer.from(await answer.arrayBuffer()), headers: answer.headers };
  }

  it('shows Wireshark what went over it, when, which way, and at which card', async () => {
    const { file, headers } = await download();
    assert.deepEqual(
      [headers.get('content-type'), headers.get('content-disposition')],
      ['application/x-pcapng', 'attachment; filename="cell-7-robot-eth0.pcapng"'],
    );
    const names = ['frame.interface_name', 'frame.time_epoch', 'frame.packet_flags_direction', 'tcp.dstport'] as const;
    assert.deepEqual(await tsharkFields(file, ...names), [
      [CARD, '1700000000.000000000', '0x00000002', '502'],
      [CARD, '1700000000.000001000', '0x00000002', '503'],
      [CARD, '1700000000.000002000', '0x00000001', '504'],
    ]);
  });

  it('tells in the file what was lost, even when nothing else is in it', async () => {
    const { file } = await download('', 7);
    const statistics = file.subarray(file.length - 52);
    assert.equal(statistics.readUInt32LE(0), 5);
    assert.deepEqual([statistics.readBigUInt64LE(24), statistics.readBigUInt64LE(36)], [10n, 7n]);
    const silent = await get(`${PATH}?seconds=1`);
    assert.deepEqual([silent.status, silent.text.includes(CARD), lines.recorded], [200, true, []]);
  });

  it('ends after so many frames, and orders as much of each as was asked', async () => {
    const { file } = await download('count=2&snaplen=96', 0, `${CARD} 96`);
    assert.deepEqual(await tsharkFields(file, 'tcp.dstport'), [['502'], ['503']]);
    assert.deepEqual(lines.recorded, []);
  });

  it('lets the card go when nobody takes it any more', async () => {
    const gone = new AbortController();
    const answer = await fetch(new URL(PATH, url()), { signal: gone.signal });
    assert.deepEqual(lines.recorded, [WHOLE]);
    gone.abort();
    await assert.rejects(answer.arrayBuffer());
    await lines.until(() => lines.recorded.length === 0);
  });

  for (const [what, path, says] of [
    ['no time', `${PATH}?seconds=0`, /seconds/],
    ['more than ten minutes', `${PATH}?seconds=601`, /seconds/],
    ['no frames', `${PATH}?count=0`, /count/],
    ['less than the heads of a frame', `${PATH}?snaplen=63`, /snaplen/],
    ['more of a frame than there is', `${PATH}?snaplen=65536`, /snaplen/],
    ['what is no number', `${PATH}?snaplen=1e3`, /snaplen is a whole number/],
    ['two numbers', `${PATH}?snaplen=64&snaplen=65`, /snaplen/],
    ['an unknown field', `${PATH}?filter=port+22`, /filter/],
    ['a VM that is none', '/gatewright/networks/cell-7/-i/eth0/capture', /vm/],
    ['a card that is none', '/gatewright/networks/cell-7/robot/..%2Fx/capture', /card/],
  ] as const)
    it(`is refused for ${what}, in words`, async () => {
      const { status, text } = await get(path);
      assert.equal(status, 400, text);
      assert.match(JSON.parse(text).message, says);
      assert.deepEqual(lines.recorded, []);
    });

  it('is for those only who may read, and tells why a gateway gives none', async () => {
    lines.away = true;
    const away = await get(PATH);
    assert.deepEqual([away.status, JSON.parse(away.text).code], [503, 'GW_GATEWAY_AWAY']);
    mayRead = false;
    assert.equal((await get(PATH)).status, 401);
  });

  it('shares its places with recordings of lines', async () => {
    const gone = new AbortController();
    await Promise.all(Array.from({ length: 8 }, () => fetch(new URL(PATH, url()), { signal: gone.signal })));
    for (const path of [PATH, '/gatewright/lines/cell-7/meters/capture']) {
      const { status, text } = await get(path);
      assert.deepEqual([status, JSON.parse(text).code], [503, 'GW_CAPTURES_FULL']);
    }
    gone.abort();
    await lines.until(() => lines.recorded.length === 0);
  });
});
