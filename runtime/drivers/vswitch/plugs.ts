// The parts that are plugged into switches: cables of guests and cards, tunnels, and wires between two switches.
import type { Address } from '../../model/address.ts';
import type { PortFigures } from '../../model/port-figures.ts';
import type { FrameCounters } from '../../switch/fabric/counters.ts';
import type { SwitchPort } from '../../switch/fabric/segment-switch.ts';
import { numberToMac } from '../../switch/packet/mac.ts';
import { TunnelEnd } from '../../switch/tunnel/tunnel-end.ts';
import type { Ground } from './ground.ts';
import type { Living, Part, Wanted } from './part.ts';
import type { EarPlace } from './port-ears.ts';

/** A guest's cable in its segment. */
export function guestCable(ground: Ground, { address, spec }: Living<'port'>): Wanted {
  const { segment } = spec;
  const shows = ['segment'];
  const key = `${segment} ${ground.switches.serial(segment)}`;
  return {
    ...{ id: address, key, of: address, shows },
    open() {
      const cable = plugCable(ground, address, segment, address, ground.ears.plug(address));
      return { ...cable, figures: () => cardFigures(address, cable) };
    },
  };
}

/** The end of the cable that stands for the network card: whoever takes its other end is the plant. */
export function cardCable(ground: Ground, { address, spec }: Living<'uplink'>): Wanted {
  const key = `${ground.switches.serial(address)} ${spec.device}`;
  return {
    ...{ id: address, key, of: address, shows: ['role'] },
    open() {
      const part = plugCable(ground, address, address, 'card');
      return {
        ...part,
        status: () => ({ card: `emulated, not the ${spec.device} of this machine`, ...part.status() }),
      };
    },
  };
}

interface Cable extends Required<Omit<Part, 'figures'>> {
  readonly counters: Readonly<FrameCounters>;
  /** Of what was sent, what nobody was there to take. */
  lost(): number;
}

/** What has no other receiver, or is for the switch alone, is no loss. */
function cardFigures(port: Address<'port'>, { counters, lost }: Cable): PortFigures {
  const { refused, filtered, runt, oversize, tag, source, loop, detached } = counters.drops;
  const dropped = runt + oversize + tag + source + loop + detached;
  return {
    port,
    in: { frames: counters.received, denied: refused + filtered, dropped },
    out: { frames: counters.sent - lost(), dropped: lost() },
  };
}

function plugCable(
  { host, switches }: Ground,
  address: Address<'port' | 'uplink'>,
  into: Address<'segment' | 'uplink'>,
  name: string,
  heard: EarPlace = { ear: undefined },
): Cable {
  const segment = switches.get(into, address);
  let port: SwitchPort | undefined;
  let lost = 0;
  const cable = host.cables.plug(address, 'switch', frame => {
    heard.ear?.('from-vm', frame);
    port?.receive(frame);
  });
  const attached = segment.attach(name, frame => {
    heard.ear?.('to-vm', frame);
    if (!cable.send(frame)) lost += 1;
  });
  port = attached;
  return {
    counters: attached.counters,
    lost: () => lost,
    status: () => ({ plugged: true, ...portStatus(attached), lost }),
    close() {
      attached.detach();
      cable.unplug();
    },
  };
}

/** A segment's end of its overlay. */
export function tunnel(ground: Ground, { address, spec }: Living<'segment'>): Wanted | undefined {
  const { mode, vni, tunnelAddress, peers } = spec;
  if (mode !== 'overlay' || vni === undefined || tunnelAddress === undefined) return undefined;
  const key = JSON.stringify([ground.switches.serial(address), vni, tunnelAddress, peers]);
  return {
    ...{ id: `tunnel ${address}`, key, of: address, shows: ['mode', 'vni', 'tunnelAddress', 'peers'] },
    async open() {
      const segment = ground.switches.get(address, address);
      const lease = await ground.tunnels.lease(tunnelAddress);
      let port: SwitchPort | undefined;
      const send = lease.end.send.bind(lease.end);
      const end = new TunnelEnd({ vni, peers, send, deliver: frame => port?.receive(frame) });
      const leave = lease.demux.join(end);
      const attached = segment.attach('tunnel', frame => end.toPeers(frame));
      port = attached;
      return {
        status: () => ({
          tunnel: {
            ...{ through: lease.end.kind, ...end.counters, socket: { ...lease.end.counters, ...lease.demux.counters } },
            port: portStatus(attached),
          },
        }),
        async close() {
          attached.detach();
          leave();
          await lease.release();
        },
      };
    },
  };
}

/** The wire between a segment and the uplink it is bridged onto; tagged when the segment is a VLAN. */
export function bridgeWire({ switches }: Ground, { address, spec }: Living<'segment'>): Wanted | undefined {
  const { uplink, mode } = spec;
  if (uplink === undefined) return undefined;
  const vlan = mode === 'vlan' ? spec.vlan : undefined;
  const key = JSON.stringify([switches.serial(address), uplink, switches.serial(uplink), vlan]);
  return {
    ...{ id: `wire ${address}`, key, of: address, shows: ['uplink'] },
    open() {
      const [inside, outside] = [switches.get(address, address), switches.get(uplink, address)];
      const far = outside.attach(address, frame => near.receive(frame));
      const near: SwitchPort = inside.attach(uplink, frame => far.receive(frame), vlan);
      return {
        status: () => ({ wire: portStatus(near) }),
        close() {
          near.detach();
          far.detach();
        },
      };
    },
  };
}

/** What a port of a switch has to tell: counts, and who was heard behind it. */
export function portStatus({ counters, stations }: SwitchPort): Readonly<Record<string, unknown>> {
  return { ...framesStatus(counters), stations: stations().map(numberToMac).sort() };
}

/** Counts of frames, with the reasons for drops that there were. */
export function framesStatus(counters: Readonly<FrameCounters>): Readonly<Record<string, unknown>> {
  const drops = Object.fromEntries(Object.entries(counters.drops).filter(([, count]) => count > 0));
  return { ...counters, drops };
}
