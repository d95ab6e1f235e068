// Where a VM can be reached from its gateway: unix stream sockets with names that the host of the VM and whoever wants to reach it agree
// on without knowing each other.
import { createHash } from 'node:crypto';
import { type Address, parseAddress } from '../model/address.ts';
import { MOST_PATH_BYTES } from './local-socket.ts';

/**
 * Name of the socket of the serial port that goes to the field (ttyS1), which whoever runs the VM makes a link to the socket that it listens on. It may be there later, go, and
 * come back with another machine behind it. One connection counts, a newer one replaces the older; bytes that nobody is
 * connected for are lost, as on an unplugged line.
 *
 * It is the name of the VM as long as that fits into the path of a socket [unix(7)], else a hash of it, as whoever connects
 * says this path and not what it links to. In a state directory that is too long even for that nobody can connect.
 * @param stateDirectory  where the drivers of the gateway meet, see `DriverWorld.sharedDirectory`
 */
export function fieldSocketOf(stateDirectory: string, gateway: string, vm: Address<'vm'>): string {
  return meetingPlace(stateDirectory, gateway, vm, 'field');
}

/** Name of the socket of the channel over which the TPM of a VM is asked; everything else as with {@link fieldSocketOf}. */
export function attestSocketOf(stateDirectory: string, gateway: string, vm: Address<'vm'>): string {
  return meetingPlace(stateDirectory, gateway, vm, 'attest');
}

function meetingPlace(stateDirectory: string, gateway: string, vm: Address<'vm'>, what: 'field' | 'attest'): string {
  const folder = `${stateDirectory}/${gateway}/${what}`;
  const hash = createHash('sha256').update(vm).digest('hex').slice(0, 8);
  // With a dot, so that no VM is called like this.
  const shortest = `${stateDirectory}/.${what.charAt(0)}/${hash}`;
  const ways = [`${folder}/${parseAddress(vm)?.name ?? `.${hash}`}.sock`, `${folder}/.${hash}.sock`, shortest];
  return ways.find(path => Buffer.byteLength(path) <= MOST_PATH_BYTES) ?? shortest;
}
