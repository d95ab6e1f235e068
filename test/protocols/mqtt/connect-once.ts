// Logs in once, with everything that is printed for debugging switched on by whoever starts it, and prints what it knows.
import { inspect } from 'node:util';
import { MqttLink } from '../../../runtime/protocols/mqtt/link.ts';
import { mqtt } from '../../../runtime/protocols/mqtt/protocol.ts';

const [port, secret] = process.argv.slice(2);
const options = mqtt.options.parse({
  ...{ host: '127.0.0.1', port, tls: false, clientId: 'debugged', username: 'cell-7', password: 'broker-password' },
});
const end = async (word: string) => {
  console.log(word, inspect(link, { depth: 20, showHidden: true }));
  await link.close();
};
const link: MqttLink = new MqttLink(
  options,
  { received: () => {}, opened: () => void end('opened'), down: why => console.log('down', inspect(why)) },
  async () => process.env[secret ?? ''],
);
link.start();
