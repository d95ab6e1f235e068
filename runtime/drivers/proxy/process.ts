// The process of one proxy, started by the driver in the proxy's namespace. It connects to the driver for its orders, and gives
// all its rights away before the first byte of a tenant is read. It ends when the driver does.
import type { Duplex } from 'node:stream';
import { connectSocket } from '../../host/local-ipc.ts';
import { messageOf } from '../../model/errors.ts';
import { LineCutter, lineOf, readLine } from '../../protocols/json-lines.ts';
import { ModbusProxy } from '../../protocols/modbus/proxy/proxy.ts';
import { MOST_BYTES, Order, type Told } from './orders.ts';

/** `nobody` of most systems; as a number it needs no entry. */
const NOBODY = 65_534;

async function runProxy(orders: string): Promise<void> {
  const proxy = new ModbusProxy(Date.now);
  const stream = await connectSocket(orders);
  const tell = (report: Told) => stream.write(lineOf(report));
  stream.once('close', () => process.exit());
  stream.on('error', () => {}); // followed by close
  giveRightsAway();
  take(stream, order => {
    if (order.do === 'look') tell({ is: 'seen', figures: proxy.figures() });
    else {
      proxy.change(order.rules);
      tell({ is: 'done' });
    }
  });
  await proxy.listen();
  tell({ is: 'ready' });
}

/** Its namespace lets anybody listen on any port and speak in any name, so it needs none. */
function giveRightsAway(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}

function take(stream: Duplex, obey: (order: Order) => void): void {
  const cutter = new LineCutter(MOST_BYTES);
  stream.on('data', (chunk: Buffer) => {
    for (const line of cutter.cut(chunk)) obey(Order.parse(line === undefined ? undefined : readLine(line)));
  });
}

const [orders] = process.argv.slice(2);
if (orders === undefined) {
  process.stderr.write('this program is started by the agent of a gateway; start that\n');
  process.exitCode = 1;
} else
  runProxy(orders).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  });
