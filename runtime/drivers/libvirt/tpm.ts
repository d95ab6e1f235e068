// The TPM of a guest in libvirt's words (formatdomain.html, "TPM device"), and the channel over which it is asked.
import { z } from 'zod';
import type { VmSpec } from '../../model/kinds/vm.ts';
import type { XmlTree } from './xml.ts';

/** Name of the port in the guest. */
const PORT = 'gatewright.attest.0';

/** @param secret  UUID of the secret its state is encrypted with */
export function formatTpm({ tpm }: Pick<VmSpec, 'tpm'>, secret: string | undefined): XmlTree {
  if (tpm === undefined) return {};
  const backend = {
    ...{ '@type': 'emulator', '@version': '2.0', '@persistent_state': 'yes' },
    ...(secret === undefined ? {} : { encryption: { '@secret': secret } }),
    active_pcr_banks: { sha256: {} },
  };
  return { tpm: [{ '@model': 'tpm-crb', backend }] };
}

export function formatAttestChannel({ tpm }: Pick<VmSpec, 'tpm'>, path: string): XmlTree {
  if (tpm === undefined) return {};
  const source = { '@mode': 'bind', '@path': path };
  return { channel: [{ '@type': 'unix', source, target: { '@type': 'virtio', '@name': PORT } }] };
}

/** Of the devices of a domain. */
export const TpmElements = { tpm: z.unknown().optional(), channel: z.unknown().optional() };

const Tpm = z.object({
  '@model': z.literal('tpm-crb'),
  backend: z.object({
    '@type': z.literal('emulator'),
    '@version': z.literal('2.0'),
    '@persistent_state': z.literal('yes'),
    encryption: z.object({ '@secret': z.string() }),
  }),
});
const Channel = z.object({ source: z.object({ '@path': z.string() }), target: z.object({ '@name': z.literal(PORT) }) });

/**
 * The field of the spec; what is none of ours is a value that no design has: without encryption, or without the way to ask it.
 * @param path  of the channel
 */
export function readTpm(devices: z.infer<z.ZodObject<typeof TpmElements>>, path: string): { tpm?: string } {
  const [tpms, channels] = [listOf(devices.tpm), listOf(devices.channel)];
  const asked = channels.some(channel => Channel.safeParse(channel).data?.source['@path'] === path);
  if (tpms.length === 0) return asked ? { tpm: 'none, and a channel to ask it' } : {};
  return { tpm: tpms.length === 1 && asked && Tpm.safeParse(tpms[0]).success ? 'crb' : 'another one' };
}

function listOf(elements: unknown): readonly unknown[] {
  if (elements === undefined) return [];
  return Array.isArray(elements) ? elements : [elements];
}
