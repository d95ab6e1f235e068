// A gateway's VMs on a real libvirtd with TPMs of their own, for tests that ask them what they booted.
import { libvirt } from '../../runtime/drivers/libvirt/driver.ts';
import { attestSocketOf } from '../../runtime/host/field-sockets.ts';
import { localHost } from '../../runtime/host/local.ts';
import { openTpmChannel, type TpmChannel } from '../../runtime/host/tpm/channel.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { Handle } from '../../runtime/model/driver.ts';
import type { VmSpec } from '../../runtime/model/kinds/vm.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { resource } from '../contract/samples.ts';
import { GuestConsole } from './guest-console.ts';
import { type ImageStore, imageStore } from './guest-images.ts';
import { type PrivateLibvirtd, privateLibvirtd } from './libvirt.ts';

export interface TrustedVms {
  readonly daemon: PrivateLibvirtd;
  readonly images: ImageStore;
  readonly handle: Handle<'vm'>;
  /** Waits until the guest answers at its console. */
  console(vm: Address<'vm'>): Promise<GuestConsole>;
  /** Waits until the guest answers for its TPM. */
  channel(vm: Address<'vm'>): Promise<TpmChannel>;
  close(): Promise<void>;
}

/** @param images  names of images, all of which are the tiny guest */
export async function trustedVms(...images: readonly string[]): Promise<TrustedVms> {
  const store = imageStore(...images);
  const daemon = await privateLibvirtd();
  const world = {
    host: localHost,
    gateway: { name: 'cell-7', backend: 'linux' },
    stateDirectory: daemon.stateDirectory,
    now: Date.now,
    settings: { libvirtSocket: daemon.socket, imageDirectory: store.directory, shutdownSeconds: '0' },
  } as const;
  const [driver] = libvirt.drivers;
  const handle = (await driver?.connect(world))?.handle as Handle<'vm'>;
  const openConsole = async (vm: Address<'vm'>) => {
    const found = (await handle.observe()).find(({ address }) => address === vm);
    return GuestConsole.open(String(found?.status.console));
  };
  return {
    daemon,
    images: store,
    handle,
    console: openConsole,
    async channel(vm) {
      // Once the console answers, the guest has started whoever answers for its TPM.
      (await openConsole(vm)).close();
      return openTpmChannel(attestSocketOf(daemon.stateDirectory, 'cell-7', vm));
    },
    async close() {
      await handle.close();
      await daemon.close();
      store.close();
    },
  };
}

/** @param fields  that differ from those of a small VM without network cards */
export function trustedVm(name: string, fields: Partial<VmSpec> = {}): Resource<'vm'> {
  return resource('vm', name, {
    ...{ tenant: 'vendor-a', image: 'tiny-linux', kernelArguments: '', vcpus: 1, memoryMiB: 256, watchdog: 'none' },
    ...{ startOrder: 100, nics: [], fieldLine: true, running: true, tpm: 'crb', firmware: 'uefi' },
    ...fields,
  });
}
