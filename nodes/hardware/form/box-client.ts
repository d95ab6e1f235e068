// Asks the platform for profiles of boxes.
import { request, SOON_MS } from '../../../editor/client.ts';
import type { Finding } from '../../../runtime/hardware/finding.ts';
import type { BoxProfile } from '../../../runtime/hardware/profile.ts';

/** A file that describes a box, read. */
export interface DescribedBox {
  readonly profile: BoxProfile;
  /** What is wrong with it. */
  readonly findings: readonly Finding[];
}

/** What the box of a gateway has, now. @throws RequestRefused when nobody there answers */
export async function probeBox(gateway: string): Promise<BoxProfile> {
  const answer = await request('GET', `profile?gateway=${encodeURIComponent(gateway)}`, SOON_MS);
  return (answer as { readonly profile: BoxProfile }).profile;
}

/** @param text  a profile, an EVE model, XML of libvirt, or what lspci printed @throws RequestRefused when it is none of them */
export async function describeBox(text: string): Promise<DescribedBox> {
  return (await request('POST', 'profile', SOON_MS, { text })) as DescribedBox;
}
