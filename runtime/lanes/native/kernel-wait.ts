// Waits for ports of the addon, all of one thread at once. Makes nothing anew for each wait.
import { burstAddon, type NativePort } from './addon.ts';

/** A port that may be waited for. */
export interface Awaited {
  readonly port: NativePort;
  /** What came may wait in the port itself, where the kernel knows nothing of it. */
  readonly holds: boolean;
  /** Is there room for what may come? Otherwise only what is still to be sent is waited for. */
  hasRoom(): boolean;
}

export interface KernelWait {
  /** Blocks until one of the ports has something, the alarm rings (-1: there is none) or time is up, in ms. */
  readonly wait: (alarm: number, ms: number) => void;
}

/** @returns nothing when there is nothing to wait for */
export function kernelWait(awaited: readonly Awaited[]): KernelWait | undefined {
  const loaded = awaited.length === 0 ? undefined : burstAddon();
  if (loaded === undefined || 'why' in loaded) return undefined;
  const { addon } = loaded;
  const ports = awaited.map(({ port }) => port);
  const reads = new Uint8Array(ports.length);
  return {
    wait(alarm, ms) {
      for (let index = 0; index < reads.length; index += 1) reads[index] = awaited[index]?.hasRoom() === true ? 1 : 0;
      addon.wait(ports, reads, alarm, ms);
    },
  };
}
