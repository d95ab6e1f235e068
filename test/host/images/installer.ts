// A process that installs one image after another until it is killed, and says when each is in.
//   node installer.ts STORE
import { ImageStore } from '../../../runtime/host/images/store.ts';
import { smallImage } from './lab.ts';

const store = new ImageStore(process.argv[2] ?? '');
for (let round = 0; ; round++) {
  await store.install(smallImage(`kernel ${round % 2}`), 'here');
  process.stdout.write('in\n');
}
