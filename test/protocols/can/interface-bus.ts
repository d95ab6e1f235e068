// A CAN bus over the interface can0, in a process of its own, for a test that lends it the interface. Its guest tells what it hears,
// and says what comes from the standard input: `say <id>`; `flags <number>` and `index <number>` change what the kernel says of can0.
import { createInterface } from 'node:readline';
import { createFakeHost } from '../../../runtime/host/fake.ts';
import { CanLine } from '../../../runtime/protocols/can/bus-line/can-line.ts';
import { can } from '../../../runtime/protocols/can/protocol.ts';
import { settingsFor } from '../../../runtime/protocols/line-settings.ts';
import { accepts, frameOf, port, withBus } from './bus-world.ts';

const FACTS = '/sys/class/net/can0';
const LOOK_EVERY_MS = 10;
const host = createFakeHost({
  files: { [`${FACTS}/ifindex`]: '1', [`${FACTS}/type`]: '280', [`${FACTS}/flags`]: '0x80', [`${FACTS}/mtu`]: '16' },
});
const tell = (text: string) => process.stdout.write(`${text}\n`);

await withBus(
  { adapter: 'socketcan', interface: 'can0' },
  async world => {
    const guest = world.guest('a');
    await guest.start();
    guest.onHeard = frame => tell(`heard ${Buffer.from(frame).readUInt32LE(0).toString(16)}`);
    await world.line.change([port('a', [accepts(0x100, 0x1ff)])]);
    await world.plugged('a');
    let last = '';
    const timer = setInterval(() => {
      const { state, why = '' } = world.line.figures();
      const { in: from, out } = world.end('device');
      const said = `${state} ${why} in=${from.frames} out=${out.frames} dropped=${out.dropped}`;
      if (said !== last) tell(said);
      last = said;
    }, LOOK_EVERY_MS);
    for await (const line of createInterface(process.stdin)) {
      const [command, argument = ''] = line.split(' ');
      if (command === 'say') guest.say(frameOf(Number.parseInt(argument, 16)));
      else await host.writeFile(`${FACTS}/${command === 'flags' ? 'flags' : 'ifindex'}`, argument);
    }
    clearInterval(timer);
  },
  async (settings, world) => CanLine.open(settingsFor(can, settings), world, host),
);
