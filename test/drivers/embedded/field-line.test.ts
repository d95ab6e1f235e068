// The serial line of a guest towards the field: whoever connects to the socket of its name hears the guest, and is heard.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { lstat, mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embedded } from '../../../runtime/drivers/embedded/driver.ts';
import { createCables } from '../../../runtime/host/cables.ts';
import { fieldSocketOf } from '../../../runtime/host/field-sockets.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import { step } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { embeddedSettings } from '../../lab/embedded-images.ts';
import { hearField, plugField } from '../../lab/field-socket.ts';

const QUESTION = Buffer.from([0x01, 0x03, 0x00, 0x64, 0x00, 0x02, 0x85, 0xd4]);
const ANSWER = Buffer.from([0x01, 0x03, 0x04, 0x00, 0x2a, 0xff, 0x00, 0x9b, 0xcb]);

const sample = resource('vm', 'robot-a', {
  ...{ tenant: 'vendor-a', image: 'tiny-linux', kernelArguments: '', vcpus: 1, memoryMiB: 112 },
  ...{ watchdog: 'none', startOrder: 100, nics: [], fieldLine: true, running: true },
});
const renamed = resource('vm', 'robot-b', sample.spec);

describe('the field line of an embedded guest', function () {
  this.timeout(400_000);
  for (const [hypervisor, architecture] of [['v86', 'i386'] as const, ['qemu', 'amd64'] as const])
    it(`carries every byte both ways, and keeps its guest over a rename, in ${hypervisor}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'gw-l-'));
      const shared = join(folder, 'shared');
      const nameOf = (vm: Address<'vm'>) => fieldSocketOf(shared, 'cell-7', vm);
      // What a killed process left of another start.
      await localHost.link(nameOf(sample.address), join(folder, 'gone'));
      const world = {
        ...{
          host: { ...localHost, cables: createCables() },
          gateway: { name: 'cell-7', backend: 'embedded' } as const,
        },
        ...{ stateDirectory: join(folder, 'own'), sharedDirectory: shared, now: Date.now },
        settings: { ...(await embeddedSettings(architecture)), hypervisor },
      };
      const handle = (await embedded.drivers[0]?.connect(world))?.handle as Handle<'vm'>;
      try {
        await handle.create(sample, step(1));
        assert.equal((await lstat(nameOf(sample.address))).isSymbolicLink(), true);
        const line = await plugField(nameOf(sample.address));
        const said = await consoleOf(handle, sample.address);
        said.type('stty raw -echo -F /dev/ttyS1; exec 3<>/dev/ttyS1; echo li""stens');
        await said.hear(/listens/);
        said.type(`printf '%b' '${octal(QUESTION)}' >&3; ${printed(ANSWER.length)}`);
        assert.deepEqual(await hearField(line, QUESTION.length), QUESTION);
        line.write(ANSWER);
        await said.hear(hex(ANSWER));

        await handle.update(renamed, [], step(2), sample.address);
        await assert.rejects(lstat(nameOf(sample.address)), { code: 'ENOENT' });
        line.destroy();
        const again = await plugField(nameOf(renamed.address));
        again.write(QUESTION);
        said.type(printed(QUESTION.length));
        await said.hear(hex(QUESTION));

        await handle.power?.(renamed.address, 'stop');
        await closed(again);
        await assert.rejects(plugField(nameOf(renamed.address)), { code: 'ENOENT' });
        assert.deepEqual(await localHost.list(join(shared, 'cell-7', 'field')), []);
      } finally {
        await handle.close();
        await rm(folder, { recursive: true, force: true });
      }
    });
});

async function closed(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
}

/** A command that prints so many bytes of the field line. */
function printed(length: number): string {
  return `echo $(head -c ${length} <&3 | hexdump -v -e '1/1 " %02x"')`;
}

function octal(bytes: Uint8Array): string {
  return [...bytes].map(byte => `\\0${byte.toString(8)}`).join('');
}

function hex(bytes: Buffer): RegExp {
  return new RegExp((bytes.toString('hex').match(/../g) ?? []).join(' '));
}

/** The console of a guest: commands, and words that were not waited for before. */
async function consoleOf(handle: Handle<'vm'>, vm: Address<'vm'>) {
  const console = (await handle.console?.(vm)) ?? assert.fail();
  let said = '';
  let wake = () => {};
  console.listen(bytes => {
    said += Buffer.from(bytes).toString();
    wake();
  });
  return {
    type: (line: string) => console.write(Buffer.from(`${line}\n`)),
    async hear(words: RegExp) {
      for (let found = words.exec(said); ; found = words.exec(said)) {
        if (found !== null) {
          said = said.slice(found.index + found[0].length);
          return;
        }
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    },
  };
}
