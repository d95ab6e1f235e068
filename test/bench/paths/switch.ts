// Our switch as an embedded gateway has it: its drivers make it, stations stand at the ends of its cables, in this process.
import type { Resource } from '../../../runtime/model/resource.ts';
import type { Figures } from '../../../runtime/switch/filter/figures.ts';
import { withSpec } from '../../contract/samples.ts';
import { type EmbeddedGateway, embeddedLab } from '../../drivers/vswitch/lab.ts';
import { mix, POLICY, RECEIVER, SEGMENT, SENDER } from './mix.ts';
import { type Cost, cpuMsSince, type Path, WINDOW } from './path.ts';

const FRAMES = 400_000;
const TUNNELLED = 40_000;
const OVERLAY = { mode: 'overlay', vni: 5001 } as const;
const [HERE, THERE] = ['10.251.0.17', '10.251.0.18'] as const;

/** One segment with the policy: cable, port security, rules, cable. Nothing of it is a system call. */
export async function switchPath(): Promise<Path> {
  const lab = await embeddedLab();
  const gateway = await lab.gateway('cell-7');
  await gateway.make(SEGMENT, SENDER.port, RECEIVER.port, POLICY);
  let arrived = 0;
  lab.station(RECEIVER.port.address, () => {
    arrived += 1;
  });
  const sender = lab.station(SENDER.port.address);
  const frames = mix();
  let carried = 0;
  return {
    id: 'switch',
    what: 'our switch in this process, from cable to cable with port security and 17 rules; CPU of the process',
    async carry() {
      arrived = 0;
      const cpu = process.cpuUsage();
      const startMs = performance.now();
      for (let sent = 0; sent < FRAMES; sent += 1) sender.send(frames[sent % frames.length] as Buffer);
      if (arrived !== FRAMES) throw new Error(`${arrived} of ${FRAMES} frames came through the switch`);
      const cost = { frames: FRAMES, wallMs: performance.now() - startMs, cpuMs: cpuMsSince(cpu) };
      carried += FRAMES;
      await assertPoliced(gateway, carried);
      return cost;
    },
    close: () => lab.close(),
  };
}

/** What is measured is what counts: the rules looked at every frame. */
async function assertPoliced(gateway: EmbeddedGateway, frames: number): Promise<void> {
  const status = (await gateway.see(POLICY.address))?.status as { counters?: Figures['counters'] } | undefined;
  const passed = status?.counters?.[`guard@${RECEIVER.port.address}`]?.flows?.packets;
  if (passed !== frames) throw new Error(`the rules counted ${passed} of ${frames} frames`);
}

/** Two segments and the overlay between them: what a frame to another gateway takes, both gateways in this process. */
export async function tunnelPath(): Promise<Path> {
  const lab = await embeddedLab();
  const [here, there] = [await lab.gateway('cell-7'), await lab.gateway('cell-8')];
  const near = withSpec(SEGMENT, {
    ...OVERLAY,
    tunnelAddress: HERE,
    peers: [{ address: THERE, macs: [RECEIVER.mac] }],
  });
  const far = withSpec(SEGMENT, { ...OVERLAY, tunnelAddress: THERE, peers: [{ address: HERE, macs: [SENDER.mac] }] });
  await here.make(near, SENDER.port, POLICY);
  const moved = [far, RECEIVER.port, POLICY].map(resource => onTheOther(resource as Resource));
  await there.make(...moved);
  const sender = lab.station(SENDER.port.address);
  const frames = mix();
  let received = () => {};
  lab.station(String(moved[1]?.address), () => received());
  return {
    id: 'tunnel',
    what: 'our switch, VXLAN and a datagram over the loopback to a second gateway of this process and its switch; CPU of the process, which sends and receives one datagram a frame',
    carry: () => {
      const cpu = process.cpuUsage();
      const startMs = performance.now();
      const { promise, resolve } = Promise.withResolvers<Cost>();
      let [sent, arrived] = [0, 0];
      const send = () => {
        if (sent < TUNNELLED) sender.send(frames[sent++ % frames.length] as Buffer);
      };
      received = () => {
        arrived += 1;
        send();
        if (arrived === TUNNELLED)
          resolve({ frames: arrived, wallMs: performance.now() - startMs, cpuMs: cpuMsSince(cpu) });
      };
      for (let index = 0; index < WINDOW; index += 1) send();
      return promise;
    },
    close: () => lab.close(),
  };
}

function onTheOther(resource: Resource): Resource {
  return JSON.parse(JSON.stringify(resource).replaceAll('cell-7', 'cell-8')) as Resource;
}
