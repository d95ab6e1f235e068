// A process that runs one VM until it is killed.
//   node boot-job.ts STATE-DIRECTORY SETTINGS      prints how far it is, and `running`
import { embedded } from '../../../../runtime/drivers/embedded/driver.ts';
import { localHost } from '../../../../runtime/host/local.ts';
import type { Handle } from '../../../../runtime/model/driver.ts';
import { resource } from '../../../contract/samples.ts';

const [stateDirectory = '', settings = '{}'] = process.argv.slice(2);
const sample = resource('vm', 'robot-a', {
  ...{ tenant: 'vendor-a', image: 'tiny-linux', kernelArguments: 'gw.hostname=robot-a', vcpus: 1, memoryMiB: 112 },
  ...{ watchdog: 'none', startOrder: 100, nics: [], fieldLine: true, running: true },
});
const connected = await embedded.drivers[0]?.connect({
  ...{ host: localHost, gateway: { name: 'cell-7', backend: 'embedded' }, stateDirectory, now: Date.now },
  settings: JSON.parse(settings),
});
const handle = connected?.handle as Handle<'vm'>;
const progress = (what: string) => console.log(what);
await handle.create(sample, { generation: 1, signal: AbortSignal.timeout(300_000), progress });
console.log('running');
setInterval(() => {}, 1_000);
