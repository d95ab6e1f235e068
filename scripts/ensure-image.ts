// Part of `npm start`: builds the guest of the embedded back end at the first start. Never keeps the editor from starting:
// without an image everything but that back end works, and a drawing can still be planned.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { imagesOfHome } from './guest/home.ts';

const store = imagesOfHome();

if (!existsSync(join(store, 'tiny-linux', 'i386', 'manifest.json'))) {
  process.stderr.write('Building the guest image of the embedded back end: 53 MB of Debian packages, once.\n');
  try {
    // WHY not above: it is loaded once, and the look at the file is made at every start.
    const { installEmbeddedImage } = await import('./embedded-image.ts');
    process.stderr.write(`The guest image is in ${await installEmbeddedImage(store)}.\n`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `There is no guest image (${why}). VMs of the embedded back end cannot start without it; everything else works. ` +
        'Run npm run embedded-image -- --install on Debian or Ubuntu, or gatewright image fetch FILE with a bundle made there.\n',
    );
  }
}
