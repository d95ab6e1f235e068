import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent } from '../../runtime/agent/agent.ts';
import { MOST_IMAGES } from '../../runtime/agent/wire-shapes.ts';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { AnyDriver } from '../../runtime/host/driver-set.ts';
import { agentOptions } from './sample.ts';

/** A back end whose VMs are made of images. */
function driversWith(images: () => Promise<readonly string[]>): readonly AnyDriver[] {
  return createMemory().drivers.map(driver =>
    driver.kind !== 'vm'
      ? driver
      : ({
          ...driver,
          async connect(world) {
            const connected = await driver.connect(world);
            return { ...connected, handle: { ...connected.handle, images } };
          },
        } as AnyDriver),
  );
}

describe('what an agent says of images', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatewright-images-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function told(images: () => Promise<readonly string[]>) {
    const driverSets = [{ backend: 'simulated', drivers: driversWith(images) }] as const;
    const agent = await createAgent({ ...agentOptions(folder), driverSets });
    try {
      return (await agent.info()).images;
    } finally {
      await agent.close();
    }
  }

  it('is what is there now', async () => assert.deepEqual(await told(async () => ['debian']), ['debian']));

  it('is nothing while they cannot be read, and never more than anybody can choose from', async () => {
    assert.equal(await told(() => Promise.reject(new Error('no disk'))), undefined);
    const many = Array.from({ length: MOST_IMAGES + 5 }, (_, index) => `image-${index}`);
    assert.equal((await told(async () => many))?.length, MOST_IMAGES);
  });
});
