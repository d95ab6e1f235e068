// Brokers that are older than MQTT 5.
import assert from 'node:assert/strict';
import { isGatewrightError } from '../../../runtime/model/errors.ts';
import { testLinks, until } from './links.ts';
import { type ScriptedBroker, scriptedBroker } from './scripted-broker.ts';

/** CONNACK of MQTT 3.1.1: this version is not spoken here [MQTT 3.1.1, 3.2.2.3]. */
const UNACCEPTABLE_VERSION = Buffer.from([0x20, 2, 0, 1]);

describe('an MQTT link to a broker without MQTT 5', () => {
  const { link, close } = testLinks();
  let broker: ScriptedBroker;
  afterEach(async () => {
    await close();
    await broker.close();
  });

  // moscajs/aedes 194: it does not speak MQTT 5, and refuses who does.
  it('says that the broker does not speak this version, and goes on trying', async () => {
    let level = 0;
    broker = await scriptedBroker({
      1: (packet, head, socket) => {
        // Behind the name of the protocol, which has its length before it.
        level = packet[head + 6] ?? 0;
        socket.end(UNACCEPTABLE_VERSION);
      },
    });
    const sender = link({ port: broker.port });
    await until(() => sender.downs.length > 1);
    const [why] = sender.downs;
    assert.equal(level, 5);
    assert.ok(isGatewrightError(why) && why.code === 'GW_MQTT_DOWN', String(why));
    assert.match(why.message, /Unacceptable protocol version/);
  });
});
