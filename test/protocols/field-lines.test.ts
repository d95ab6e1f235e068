// The contract of field lines, asked of every protocol: a device that is not there is no error, what is seen is plain JSON of one
// shape, messages get no more than they may, and everything can be given back.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import type { LinePort, LineSettings } from '../../runtime/model/kinds/line.ts';
import { FiguresShape } from '../../runtime/model/line-shapes.ts';
import { PROTOCOLS, WORDS } from '../../runtime/protocols/catalog.ts';
import type { FieldLine, FieldProtocol, LineWorld } from '../../runtime/protocols/field-line.ts';
import { settingsFor } from '../../runtime/protocols/line-settings.ts';
import { FIELD_PROTOCOLS } from '../../runtime/protocols/lines.ts';

interface Sample {
  /** Of a line whose device is not there. */
  readonly away: LineSettings;
  /** Something that a message of the flow may only say when it may write. */
  readonly write: unknown;
  readonly unfit: unknown;
}

const SAMPLES: Readonly<Record<string, Sample>> = {
  can: {
    away: { adapter: 'slcan', path: '/dev/ttyNone' },
    write: { id: 0x123, data: [1, 2] },
    unfit: { id: -1 },
  },
  modbus: {
    away: { path: '/dev/ttyNone' },
    write: { unit: 1, function: 6, address: 0, value: 1 },
    unfit: { unit: 1 },
  },
  mqtt: {
    away: { host: '127.0.0.1', port: 1, tls: false, clientId: 'cell-7', publish: [{ filter: '#' }] },
    write: { topic: 'cell/state', payload: 'on' },
    unfit: { topic: 'cell/#', payload: 'on' },
  },
  serial: { away: { path: '/dev/ttyNone' }, write: 'AT', unfit: { data: 'odd' } },
  websocket: { away: { role: 'client', url: 'ws://127.0.0.1:1/' }, write: 'hello', unfit: 5 },
};

const PORT: LinePort = { vm: 'vm.cell-7/robot-a', tenant: 'vendor-a', guards: [] };

describe('field lines', function () {
  this.timeout(30_000);
  let folder = '';
  const open: FieldLine[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-field-lines-'));
  });
  afterEach(async () => {
    for (const line of open.splice(0)) await line.close();
    await rm(folder, { recursive: true, force: true });
  });

  const world = (): LineWorld => ({
    ...{ now: Date.now, secrets: async () => undefined, log: () => {} },
    ears: { any: false, tell: () => {}, lost: () => {} },
    socketOf: vm => join(folder, `${vm.replace('/', '-')}.sock`),
  });
  const opened = async (name: string, settings: LineSettings) => {
    const line = await (await protocolOf(name)).open(settings, world());
    open.push(line);
    return line;
  };

  it('are there for every protocol, with its words, under the name of its folder', async () => {
    const names = PROTOCOLS.map(({ name }) => name);
    assert.deepEqual(Object.keys(FIELD_PROTOCOLS).sort(), [...names].sort());
    assert.deepEqual(Object.keys(WORDS).sort(), [...names].sort());
    assert.deepEqual(Object.keys(SAMPLES).sort(), [...names].sort(), 'this test knows them all');
    for (const name of names) assert.equal((await protocolOf(name)).name, name);
    for (const [name, words] of Object.entries(WORDS)) assert.equal(words.name, name);
  });

  for (const name of Object.keys(FIELD_PROTOCOLS)) {
    const { away, write, unfit } = SAMPLES[name] ?? { away: {}, write: undefined, unfit: undefined };
    const declaration = PROTOCOLS.find(one => one.name === name);
    const settings = declaration === undefined ? away : (settingsFor(declaration, away) as LineSettings);

    describe(name, () => {
      it('opens without its device, says why it is not there, and is seen in the one shape', async () => {
        const line = await opened(name, settings);
        await line.change([PORT]);
        let figures = line.figures();
        while (figures.why === undefined || figures.state === 'opening') {
          await new Promise(resolve => setTimeout(resolve, 10)); // bounded by the test's time
          figures = line.figures();
        }
        assert.equal(figures.state, 'waiting');
        const plain = JSON.parse(JSON.stringify(figures));
        assert.deepEqual(FiguresShape.parse(plain), plain);
        const vm = figures.ends.find(({ end }) => end === PORT.vm) ?? assert.fail('the VM is an end');
        assert.equal(vm.plugged, false);
        await line.change([]);
        assert.equal(
          line.figures().ends.find(({ end }) => end === PORT.vm),
          undefined,
        );
      });

      it('refuses settings that are none, and holds nothing then', async () => {
        const wrong = (await protocolOf(name)).open({ ...settings, ...nonsense(settings) }, world());
        await assert.rejects(wrong, isGatewrightError);
      });

      it('lets messages that may only read write nothing', async () => {
        const words = WORDS[name] ?? assert.fail();
        const { request } = words.question(write);
        assert.equal(words.needs(request), 'write');
        const line = await opened(name, settings);
        await assert.rejects(line.ask(request, 'read'), { code: 'GW_LINE_MESSAGES' });
        assert.throws(() => words.question(unfit), isGatewrightError);
      });

      it('describes its own request so that it can be sent again, and any bytes at all', () => {
        const words = WORDS[name] ?? assert.fail();
        const { request } = words.question(write);
        const heard = (bytes: Uint8Array) => {
          const frame = Buffer.from(bytes).toString('hex');
          return words.describe({ atMs: 0, end: 'messages', direction: 'in', frame });
        };
        assert.deepEqual(words.question(heard(request)).request, request);
        for (const bytes of [[], [0], [255, 255, 255], Array(72).fill(0x7b)])
          assert.doesNotThrow(() => JSON.stringify(heard(Uint8Array.from(bytes))));
      });
    });
  }
});

function protocolOf(name: string): Promise<FieldProtocol> {
  return FIELD_PROTOCOLS[name]?.() ?? assert.fail(`there is no protocol ${name}`);
}

/** The first text or number of the settings as something that it cannot be. */
function nonsense(settings: LineSettings): LineSettings {
  const [field] = Object.entries(settings).find(([, value]) => typeof value === 'number') ?? ['path'];
  return { [field]: { not: 'a number' } };
}
