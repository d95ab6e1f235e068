// What CAN there is on a host. WHY not just open a channel: a kernel without CAN, an interface that is none and a name that is
// wrong all fail with one and the same sentence of the npm package.
import type { Host } from '../../../host/host.ts';
import { GatewrightError } from '../../../model/errors.ts';

const FOLDER = '/sys/class/net';
/** There as soon as the kernel has the address family CAN. */
const FAMILY_FOLDER = '/proc/net/can';
/** ARPHRD_CAN [linux/if_arp.h]. */
const CAN_TYPE = '280';
const IS_UP = 1;
/** Most bytes of a frame on an interface that does CAN FD [linux/can.h: CANFD_MTU]. */
const FD_MTU = 72;

export interface CanInterface {
  readonly name: string;
  /** Never given again: an interface that comes back by its name is another one. */
  readonly index: number;
  readonly up: boolean;
  readonly fd: boolean;
}

/** The CAN interfaces of a host, by name. @throws GatewrightError GW_HOST_IO */
export async function canInterfaces(host: Host): Promise<readonly CanInterface[]> {
  const found = await Promise.all((await host.list(FOLDER)).map(name => lookAt(host, name)));
  return found.filter(each => each !== undefined);
}

/**
 * The interface of a name, ready to be used.
 * @throws GatewrightError GW_HOST_IO: the host has no CAN, no such interface, or it is another kind of interface, or down
 */
export async function requireCanInterface(host: Host, name: string): Promise<CanInterface> {
  const all = await canInterfaces(host);
  const found = all.find(each => each.name === name);
  if (found?.up === true) return found;
  throw new GatewrightError('GW_HOST_IO', found === undefined ? await whyAbsent(host, name, all) : isDown(name));
}

function isDown(name: string): string {
  return `the CAN interface ${name} is down; set its bit rate and bring it up, as in: ip link set ${name} up type can bitrate 500000`;
}

async function whyAbsent(host: Host, name: string, all: readonly CanInterface[]): Promise<string> {
  if (all.length > 0)
    return `there is no CAN interface ${name} on this host; there are ${all.map(each => each.name).join(', ')}`;
  if ((await host.list(FOLDER)).includes(name)) return `${name} is a network interface, but not one of CAN`;
  const family = (await host.list(FAMILY_FOLDER)).length > 0;
  if (family) return `there is no CAN interface on this host; connect an adapter, or load the module of its driver`;
  return `there is no CAN on this host: its kernel has not loaded it, or does not have it; an adapter at a serial line needs none`;
}

async function lookAt(host: Host, name: string): Promise<CanInterface | undefined> {
  const fact = async (file: string) => (await host.readFile(`${FOLDER}/${name}/${file}`))?.trim();
  if ((await fact('type')) !== CAN_TYPE) return undefined;
  const figure = async (file: string) => Number((await fact(file)) ?? 0);
  const [index, flags, mtu] = await Promise.all([figure('ifindex'), figure('flags'), figure('mtu')]);
  return { name, index, up: (flags & IS_UP) !== 0, fd: mtu >= FD_MTU };
}
