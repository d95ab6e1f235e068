// The process that runs the lines of one gateway, so that nothing else of ours holds a line up: started by the driver, which
// it asks for orders. It ends when the driver does.
import { fieldSocketOf } from '../../host/field-sockets.ts';
import { connectSocket } from '../../host/local-ipc.ts';
import { SecretStore } from '../../host/secret-store.ts';
import type { Address } from '../../model/address.ts';
import { messageOf } from '../../model/errors.ts';
import { Lines } from './lines.ts';
import { OrderTaker } from './order-taker.ts';

/** What cannot be given back in this time the kernel takes. */
const CLOSE_WITHIN_MS = 2_000;

/**
 * @param orders          socket on which the driver waits for us
 * @param stateDirectory  where the drivers of the gateway meet
 */
async function runLines(orders: string, stateDirectory: string, gateway: string): Promise<void> {
  const world = {
    now: Date.now,
    secrets: new SecretStore(stateDirectory).get,
    socketOf: (vm: Address<'vm'>) => fieldSocketOf(stateDirectory, gateway, vm),
  };
  const lines = new Lines(world, why => {
    process.stderr.write(`${why}\n`);
    process.exit(1); // with it goes whatever could still pass; the driver starts it again
  });
  const stream = await connectSocket(orders);
  new OrderTaker(stream, lines, Date.now, why => {
    process.stderr.write(`${why}\n`);
    setTimeout(() => process.exit(), CLOSE_WITHIN_MS);
    void lines.close().then(() => process.exit());
  });
}

const [orders, stateDirectory, gateway] = process.argv.slice(2);
if (orders === undefined || stateDirectory === undefined || gateway === undefined) {
  process.stderr.write('this program is started by the agent of a gateway; start that\n');
  process.exitCode = 1;
} else
  runLines(orders, stateDirectory, gateway).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  });
