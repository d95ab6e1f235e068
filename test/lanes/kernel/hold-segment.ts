// Holds a segment of the bench's firewall between two devices of this network open until it is ended; tells its figures when it is
// asked by SIGUSR2.
import { KernelSegment } from '../../../runtime/lanes/kernel/kernel-segment.ts';
import { addonOnly } from '../../../runtime/lanes/native/use.ts';
import { eightPorts } from '../../bench/kernel/eight-ports.ts';

const [from = '', to = ''] = process.argv.slice(2);
const segment = new KernelSegment({ addon: addonOnly('a segment'), program: eightPorts, from: [from], to });
process.on('SIGUSR2', () => process.stdout.write(`${JSON.stringify(segment.figures())}\n`));
// An event loop with nothing but signals to wait for would end.
setInterval(() => {}, 60_000);
process.stdout.write('ready\n');
