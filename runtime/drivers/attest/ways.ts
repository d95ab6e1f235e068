// How the TPM of a machine is reached: that of the box at its device, or an emulated one at its socket; that of a VM over the channel
// that its hypervisor opens.
import { attestSocketOf } from '../../host/field-sockets.ts';
import { openTpmChannel } from '../../host/tpm/channel.ts';
import { openTpmDevice } from '../../host/tpm/device.ts';
import { openSwtpm } from '../../host/tpm/swtpm.ts';
import { formatAddress, type Name } from '../../model/address.ts';
import type { MachineName } from '../../model/attestation.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { TpmTransport } from '../../model/tpm.ts';

const DEVICE = '/dev/tpmrm0';

export interface WaysWorld {
  readonly gateway: Name;
  /** Where the drivers of the gateway meet. */
  readonly sharedDirectory: string;
  /** Setting `tpm` of the agent: `device:PATH` or `swtpm:PATH`; the device of the box without it. */
  readonly tpm: string | undefined;
}

/** @throws GatewrightError GW_HOST_UNEXPECTED for a setting that names neither */
export function waysOf({ gateway, sharedDirectory, tpm = `device:${DEVICE}` }: WaysWorld) {
  const [, kind, path] = /^(device|swtpm):(\/.+)$/.exec(tpm) ?? [];
  if (kind === undefined || path === undefined)
    throw new GatewrightError('GW_HOST_UNEXPECTED', `${tpm} names no TPM; give device:PATH or swtpm:PATH`);
  return (machine: MachineName, signal: AbortSignal): Promise<TpmTransport> => {
    if (machine === 'host') return kind === 'device' ? openTpmDevice(path) : openSwtpm(path, signal);
    const vm = formatAddress('vm', gateway, machine.slice('vm.'.length));
    return openTpmChannel(attestSocketOf(sharedDirectory, gateway, vm), signal);
  };
}
