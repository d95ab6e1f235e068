// The contract of drivers, asked of field lines. The device is a socket on which nobody answers: a line that waits for its device
// is there all the same.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lines } from '../../../runtime/drivers/lines/driver.ts';
import { createCables } from '../../../runtime/host/cables.ts';
import type { AnyDriver } from '../../../runtime/host/driver-set.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { LineSpec } from '../../../runtime/model/kinds/line.ts';
import { describeDriver } from '../../contract/describe-driver.ts';
import { GATE } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { port, reads } from './sample.ts';

const spec: LineSpec = {
  protocol: 'modbus',
  settings: { carrier: 'rtu-over-tcp', host: '127.0.0.1', port: 1, answerMs: 500 },
  device: 'tcp://127.0.0.1:1',
  messages: 'read',
  ports: [port('robot-a', 'vendor-a', reads), port('robot-b', 'vendor-b')],
};

describeDriver('line on lines', async () => {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'gw-lines-'));
  const [driver] = lines.drivers as readonly [AnyDriver];
  const foreign = join(stateDirectory, 'cell-7', 'line', 'other.json');
  return {
    driver,
    world: {
      host: { ...localHost, cables: createCables() },
      gateway: { name: 'cell-7', backend: 'embedded' },
      stateDirectory,
      now: Date.now,
      settings: {},
    },
    sample: resource('line', 'meters', spec),
    gated: resource('line', 'meters', {
      ...spec,
      ports: [{ ...port('robot-a', 'vendor-a', reads), gates: [{ by: GATE, otherwise: 'read-only' }] }],
    }),
    variations: {
      settings: { carrier: 'tcp', host: '127.0.0.1', port: 2, answerMs: 1000 },
      device: 'tcp://127.0.0.1:2',
      messages: 'write' as const,
      ports: [port('robot-b', 'vendor-b', reads), port('robot-c', 'vendor-b')],
    },
    foreign: {
      async make() {
        await mkdir(join(stateDirectory, 'cell-7', 'line'), { recursive: true });
        await writeFile(foreign, 'not ours\n');
      },
      check: async () => assert.equal(await readFile(foreign, 'utf8'), 'not ours\n'),
    },
    close: () => rm(stateDirectory, { recursive: true, force: true }),
  };
});
