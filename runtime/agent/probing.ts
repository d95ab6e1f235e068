// The profile of the host of one gateway, read when somebody asks. Knows no socket and no person.
import { probe } from '../hardware/probe.ts';
import type { BoxProfile } from '../hardware/profile.ts';
import type { Host } from '../host/host.ts';

/** A probe reads a thousand files, so whoever asks while one is under way shares it. */
export function sharedProbe(host: Host): () => Promise<BoxProfile> {
  let running: Promise<BoxProfile> | undefined;
  return () => {
    running ??= probe(host).finally(() => {
      running = undefined;
    });
    return running;
  };
}
