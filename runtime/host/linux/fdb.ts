// Forwarding entries of bridges and VXLAN devices, read through `bridge -j fdb`. Knows no names of ours.
import { z } from 'zod';
import type { Host } from '../host.ts';
import { bridgeQuery, checked, type IpOptions } from './ip.ts';

const FdbAnswer = z.object({
  mac: z.string(),
  ifname: z.string(),
  dst: z.string().optional(),
  master: z.string().optional(),
  state: z.string().default(''),
  flags: z.array(z.string()).default([]),
});

export interface FdbEntry {
  readonly mac: string;
  /** Device the station is behind. */
  readonly device: string;
  /** Tunnel end point the station is behind; VXLAN devices only. */
  readonly destination?: string;
  /** `static`: set by hand and kept. `permanent`: a device's own. Empty: learned. */
  readonly state: string;
  /** The bridge whose table holds the entry; absent for the device's own table. */
  readonly bridge?: string;
  /** A station that turns up behind another port does not move the entry there. */
  readonly sticky: boolean;
}

/** All zeros: where a VXLAN device floods to [ip-link(8), vxlan]. */
export const FLOOD_MAC = '00:00:00:00:00:00';

/** All forwarding entries. @throws GatewrightError GW_HOST_COMMAND_FAILED, GW_HOST_UNEXPECTED */
export async function listFdb(host: Host, options: IpOptions = {}): Promise<readonly FdbEntry[]> {
  const answer = await bridgeQuery(host, ['fdb', 'show'], options);
  return checked('bridge', z.array(FdbAnswer), answer).map(toEntry);
}

function toEntry(answer: z.infer<typeof FdbAnswer>): FdbEntry {
  return {
    mac: answer.mac,
    device: answer.ifname,
    ...(answer.dst === undefined ? {} : { destination: answer.dst }),
    state: answer.state,
    ...(answer.master === undefined ? {} : { bridge: answer.master }),
    sticky: answer.flags.includes('sticky'),
  };
}
