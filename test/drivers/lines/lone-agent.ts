// A process that holds a line, as an agent does, until it is killed. Tells the id of the process that runs its lines.
import type { LineSpec } from '../../../runtime/model/kinds/line.ts';
import { step } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { opened, Site } from './site.ts';

const [folder = '', spec = ''] = process.argv.slice(2);
const site = new Site(folder);
const handle = await site.connect();
await handle.create(resource('line', 'meters', JSON.parse(spec) as LineSpec), step(1));
await opened(handle);
process.stdout.write(`${site.programs[0]?.pid}\n`);
