// Names of our domains, for people who look at libvirt with other tools. Identity is the tag, so a name only has to be free.
import { type Address, parseAddress } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { FileNames } from './files.ts';
import { readDomain } from './inventory.ts';
import { lookupByName } from './rpc/calls.ts';
import type { CallOptions, RpcConnection } from './rpc/connection.ts';
import { isRefusal, LibvirtRefusal, REFUSAL_CODE, refused } from './rpc/refusal.ts';

/** More VMs than this cannot have lived under one name and been renamed while running. */
const MAX_TRIES = 100;

/** `gw.cell-7.robot-a`: names have no dots, so two addresses never give one name. */
export function preferredName(address: Address<'vm'>): string {
  const parts = parseAddress(address);
  if (parts === undefined) throw new GatewrightError('GW_BUG', `${address} is not an address; report it`);
  return `gw.${parts.gateway}.${parts.name}`;
}

/**
 * A name for a new domain. A VM that was renamed while it ran still has its old name; the next VM of that name gets a number.
 * @throws GW_HOST_FOREIGN when a domain that is not ours has the name; GW_HOST_COMMAND_FAILED, as libvirt would refuse it a moment
 * later, when a domain of this very VM has been made meanwhile
 */
export async function freeName(
  rpc: RpcConnection,
  address: Address<'vm'>,
  files: FileNames,
  options: CallOptions,
): Promise<string> {
  const preferred = preferredName(address);
  for (let number = 1; number <= MAX_TRIES; number += 1) {
    const name = number === 1 ? preferred : `${preferred}-${number}`;
    const ref = await lookup(rpc, name, options);
    if (ref === undefined) return name;
    const holder = await readDomain(rpc, ref, files, options);
    if (holder === undefined) throw foreign(name);
    if (holder.config.address === address) throw madeMeanwhile(name);
  }
  throw new GatewrightError('GW_HOST_UNEXPECTED', `all names like ${preferred} are taken; remove domains nobody needs`);
}

async function lookup(rpc: RpcConnection, name: string, options: CallOptions) {
  try {
    return await lookupByName(rpc, name, options);
  } catch (error) {
    if (isRefusal(error, REFUSAL_CODE.noDomain)) return undefined;
    throw error;
  }
}

function foreign(name: string): GatewrightError {
  const message = `libvirt has a domain ${name} that Gatewright did not make; rename or remove it, it is left as it is`;
  return new GatewrightError('GW_HOST_FOREIGN', message);
}

function madeMeanwhile(name: string): GatewrightError {
  const refusal = new LibvirtRefusal(REFUSAL_CODE.operationFailed, 0, `domain ${name} has just been made`);
  return refused('define a domain', refusal);
}
