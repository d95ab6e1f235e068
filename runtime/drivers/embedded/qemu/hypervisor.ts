// Guests in QEMU, started by our own user: booted every time, on the processor itself where KVM may be used. They end with us.
import type { Host } from '../../../host/host.ts';
import type { ImageStore } from '../../../host/images/store.ts';
import { tellMeanwhile, untilItAnswers } from '../boot-watch.ts';
import { openGuestImage } from '../guest-image.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { identityWords, kernelWords } from '../identity.ts';
import type { Acceleration } from './command-line.ts';
import { factsOf } from './facts.ts';
import { startQemu } from './machine.ts';

/** A guest that is not up by then never will be. */
const LATEST_MS = 300_000;
const MS = 1_000;

export interface QemuWorld {
  readonly host: Host;
  readonly images: ImageStore;
}

/** @param because  why this one was chosen, in words */
export function qemuHypervisor(world: QemuWorld, acceleration: Acceleration, because: string): Hypervisor {
  const facts = factsOf(acceleration);
  return {
    name: 'qemu',
    facts: { ...facts, because },
    async boot({ address, name, spec, folder, signal, progress }, ends) {
      const { directory, manifest } = await openGuestImage(world.images, spec, 'amd64');
      // A guest that starts itself anew reads its command line again, and is the same one.
      const words = [manifest.kernelArguments, ...kernelWords(spec), ...identityWords(name, spec)];
      const pc = {
        ...{ name: address, kernel: `${directory}/${manifest.kernel}`, initrd: `${directory}/${manifest.initrd}` },
        ...{ kernelArguments: words.join(' '), acceleration, vcpus: spec.vcpus, memoryMiB: spec.memoryMiB },
        ...{ nics: spec.nics, watchdog: spec.watchdog },
      };
      const machine = await startQemu(world.host, folder, pc, ends);
      try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(LATEST_MS)]);
        await tellMeanwhile(progress, 'boots the guest', facts.seconds.create * MS, untilItAnswers(machine, limit));
        return machine;
      } catch (error) {
        await machine.end();
        throw error;
      }
    },
  };
}
