// Asks the platform for profiles of boxes.
import { createClient, request, SOON_MS } from '../../../editor/client.ts';
import type { Finding } from '../../../runtime/hardware/finding.ts';
import type { BoxProfile } from '../../../runtime/hardware/profile.ts';
import type { BackendLabel } from '../../../runtime/model/gateway.ts';
import { type Socket, socketsOf } from '../sockets.ts';

/** A file that describes a box, read. */
export interface DescribedBox {
  readonly profile: BoxProfile;
  /** What is wrong with it. */
  readonly findings: readonly Finding[];
}

/** A box that was asked itself. */
export interface ProbedBox {
  readonly profile: BoxProfile;
  /** Absent when it is not known how honest the gateway is. */
  readonly label?: BackendLabel;
}

/** What the box of a gateway has, now. @throws RequestRefused when nobody there answers */
export async function probeBox(gateway: string): Promise<ProbedBox> {
  const [answer, state] = await Promise.all([
    request('GET', `profile?gateway=${encodeURIComponent(gateway)}`, SOON_MS),
    createClient().state(),
  ]);
  const label = state.gateways.find(({ name }) => name === gateway)?.label;
  const { profile } = answer as { readonly profile: BoxProfile };
  return label === undefined ? { profile } : { profile, label };
}

/** @param text  a profile, an EVE model, XML of libvirt, or what lspci printed @throws RequestRefused when it is none of them */
export async function describeBox(text: string): Promise<DescribedBox> {
  return (await request('POST', 'profile', SOON_MS, { text })) as DescribedBox;
}

/** Sockets of the real box of a gateway; none while it cannot be asked. */
export async function socketsOfBox(gateway: string): Promise<readonly Socket[]> {
  if (gateway === '') return [];
  return probeBox(gateway).then(
    ({ profile }) => socketsOf(profile),
    () => [], // it is away, or not deployed yet: what is drawn is still offered
  );
}
