// Asks the platform about attestation, over the editor's own login.
import type { AttestationStatus, KeptVerdict, MachineName } from '../../../runtime/model/attestation.ts';
import { request, SOON_MS } from '../../client.ts';

export interface TrustClient {
  /** @throws RequestRefused */
  status(gateway: string): Promise<AttestationStatus>;
  /** Verdicts, the newest first. @throws RequestRefused */
  history(gateway: string, machine: MachineName, most: number): Promise<readonly KeptVerdict[]>;
  /** Has it prove itself now. @throws RequestRefused */
  ask(gateway: string, machine: MachineName): Promise<void>;
  /** Takes what it runs now as what it may run. @throws RequestRefused */
  learn(gateway: string, machine: MachineName): Promise<void>;
  /** @param key  the one that waits, in hex. @throws RequestRefused */
  approve(gateway: string, machine: MachineName, key: string): Promise<void>;
  /** Enrols the key that the box has: invites it and presents it at once, so that no token is seen. @throws RequestRefused */
  enrolBox(gateway: string): Promise<void>;
}

/** A TPM may take its time over several questions. */
const ASKED_MS = 120_000;

export function createTrustClient(): TrustClient {
  const home = (gateway: string) => `attestation/${encodeURIComponent(gateway)}`;
  const post = (gateway: string, what: string, body: object) =>
    request('POST', `${home(gateway)}/${what}`, ASKED_MS, body);
  return {
    status: async gateway => (await request('GET', `${home(gateway)}/`, SOON_MS)) as AttestationStatus,
    async history(gateway, machine, most) {
      const path = `${home(gateway)}/history/${encodeURIComponent(machine)}?most=${most}`;
      return ((await request('GET', path, SOON_MS)) as { readonly records: readonly KeptVerdict[] }).records;
    },
    ask: async (gateway, machine) => void (await post(gateway, 'ask', { machine })),
    learn: async (gateway, machine) => void (await post(gateway, 'learn', { machine })),
    approve: async (gateway, machine, key) => void (await post(gateway, 'approve', { machine, key })),
    async enrolBox(gateway) {
      const { token } = (await post(gateway, 'invite', { machine: 'host' })) as { readonly token: string };
      await post(gateway, 'enrol', { machine: 'host', token });
    },
  };
}
