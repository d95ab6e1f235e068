// The serial line of a guest towards the field: whoever owns the line in this process hears the guest, and is heard.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embedded } from '../../../runtime/drivers/embedded/driver.ts';
import { type CableEnd, createCables, fieldLineOf } from '../../../runtime/host/cables.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import { step } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { embeddedSettings } from '../../lab/embedded-images.ts';

const QUESTION = Buffer.from([0x01, 0x03, 0x00, 0x64, 0x00, 0x02, 0x85, 0xd4]);
const ANSWER = Buffer.from([0x01, 0x03, 0x04, 0x00, 0x2a, 0xff, 0x00, 0x9b, 0xcb]);

describe('the field line of an embedded guest', function () {
  this.timeout(400_000);
  for (const [hypervisor, architecture] of [['v86', 'i386'] as const, ['qemu', 'amd64'] as const])
    it(`carries every byte both ways, unchanged, in ${hypervisor}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'gw-l-'));
      const cables = createCables();
      const sample = resource('vm', 'robot-a', {
        ...{ tenant: 'vendor-a', image: 'tiny-linux', kernelArguments: '', vcpus: 1, memoryMiB: 112 },
        ...{ watchdog: 'none', startOrder: 100, nics: [], running: true },
      });
      const connected = await embedded.drivers[0]?.connect({
        ...{ host: { ...localHost, cables }, gateway: { name: 'cell-7', backend: 'embedded' }, stateDirectory: folder },
        ...{ now: Date.now, settings: { ...(await embeddedSettings(architecture)), hypervisor } },
      });
      const handle = connected?.handle as Handle<'vm'>;
      const [asked, printed] = [Promise.withResolvers<Buffer>(), Promise.withResolvers<void>()];
      let heard = Buffer.alloc(0);
      const line: CableEnd = cables.plug(fieldLineOf(sample.address), 'switch', bytes => {
        heard = Buffer.concat([heard, bytes]);
        if (heard.length < QUESTION.length) return;
        asked.resolve(heard);
        line.send(ANSWER);
      });
      try {
        await handle.create(sample, step(1));
        const console = (await handle.console?.(sample.address)) ?? assert.fail();
        let said = '';
        console.listen(bytes => {
          said += Buffer.from(bytes).toString();
          if (/answer( ..){9}/.test(said)) printed.resolve();
        });
        const octal = [...QUESTION].map(byte => `\\0${byte.toString(8)}`).join('');
        const receive = `head -c ${ANSWER.length} <&3 | hexdump -v -e '1/1 " %02x"'`;
        console.write(
          Buffer.from(
            `stty raw -echo -F /dev/ttyS1; exec 3<>/dev/ttyS1; printf '%b' '${octal}' >&3; echo ans""wer$(${receive})\n`,
          ),
        );
        assert.deepEqual(await asked.promise, QUESTION);
        await printed.promise;
        assert.match(said, new RegExp(`answer ${(ANSWER.toString('hex').match(/../g) ?? []).join(' ')}`));
        await handle.power?.(sample.address, 'stop');
        assert.equal(line.send(ANSWER), false, 'nobody is at the other end of a VM that is off');
      } finally {
        line.unplug();
        await handle.close();
        await rm(folder, { recursive: true, force: true });
      }
    });
});
