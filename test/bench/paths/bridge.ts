// A Linux bridge between the network namespaces of two stations, as the Linux back end has it, with the same policy in
// nftables or with none.
import { openDriver } from '../../drivers/nftables/open-driver.ts';
import { policyLab } from '../../drivers/nftables/policy-lab.ts';
import { openWires } from '../../drivers/nftables/wire.ts';
import { mix, POLICY, RECEIVER, SEGMENT, SENDER } from './mix.ts';
import type { Path } from './path.ts';

const FRAMES = 40_000;
const COUNTED =
  'CPU of the thread that writes the frames to a socket in one namespace and reads them in the other, and of the kernel';

export const bridgePath = () => pathOver('bridge', true, `a Linux bridge with the same policy in nftables; ${COUNTED}`);
export const bareBridgePath = () => pathOver('bare', false, `a Linux bridge without a policy; ${COUNTED}`);

async function pathOver(id: string, policed: boolean, what: string): Promise<Path> {
  const lab = await policyLab();
  const wires = openWires();
  await lab.segment(SEGMENT.address);
  const stations = [];
  for (const [name, { port, mac, ip }] of Object.entries({ sender: SENDER, receiver: RECEIVER })) {
    const machine = await lab.station(name, { end: port.address, segment: SEGMENT.address, mac });
    // Its own calls for routers would arrive among the frames.
    await machine.run('sysctl', '-qw', 'net.ipv6.conf.eth0.disable_ipv6=1');
    stations.push(await wires.open(machine, mac, ip));
  }
  const driver = policed ? await openDriver(lab) : undefined;
  await driver?.apply(POLICY);
  const [sender, receiver] = stations as [(typeof stations)[0], (typeof stations)[0]];
  const frames = mix();
  return {
    ...{ id, what },
    carry: () => wires.carry(sender, receiver, frames, FRAMES),
    async close() {
      await driver?.close();
      await wires.close();
      await lab.close();
    },
  };
}
