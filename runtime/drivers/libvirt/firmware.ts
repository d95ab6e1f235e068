// What starts a guest, in libvirt's words (formatdomain.html, "BIOS bootloader"): SeaBIOS, which nobody names, or OVMF.
import { z } from 'zod';
import type { VmSpec } from '../../model/kinds/vm.ts';
import type { DomainDescription } from './domain.ts';
import type { XmlTree } from './xml.ts';

/** As Debian's package ovmf installs them. */
export const OVMF = {
  uefi: '/usr/share/OVMF/OVMF_CODE_4M.fd',
  'uefi-secure': '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd',
  variables: '/usr/share/OVMF/OVMF_VARS_4M.fd',
} as const;

export function formatFirmware(
  { firmware }: Pick<VmSpec, 'firmware'>,
  variables: DomainDescription['variables'],
): XmlTree {
  if (firmware === undefined) return {};
  const secure = firmware === 'uefi-secure' ? { '@secure': 'yes' } : {};
  return {
    loader: { '@readonly': 'yes', ...secure, '@type': 'pflash', '#text': OVMF[firmware] },
    nvram: { '@template': variables.template, '#text': variables.path },
  };
}

/** Only code of the firmware itself may write the variables of Secure Boot, which needs system management mode. */
export function firmwareFeatures({ firmware }: Pick<VmSpec, 'firmware'>): XmlTree {
  return firmware === 'uefi-secure' ? { smm: { '@state': 'on' } } : {};
}

/** Of an operating system element. */
export const FirmwareElements = {
  loader: z.union([z.string(), z.object({ '#text': z.string(), '@secure': z.string().optional() })]).optional(),
};

type OperatingSystem = z.infer<z.ZodObject<typeof FirmwareElements>>;

/**
 * The field of the spec; what is none of ours is a value that no design has.
 * @param unchecked  whether a kernel is handed over that goes past all signatures
 */
export function readFirmware(os: OperatingSystem, unchecked: boolean): { firmware?: string } {
  const { path, secure } = loaderOf(os);
  if (path === undefined) return {};
  if (path === OVMF.uefi && !secure) return { firmware: 'uefi' };
  if (path !== OVMF['uefi-secure'] || !secure) return { firmware: `${path}, which is another one` };
  return { firmware: unchecked ? 'uefi-secure, and a kernel that goes past it' : 'uefi-secure' };
}

/** Whether what starts a guest takes signed programs only. */
export function checksSignatures(os: OperatingSystem): boolean {
  return loaderOf(os).secure;
}

function loaderOf({ loader }: OperatingSystem): { readonly path?: string; readonly secure: boolean } {
  if (typeof loader !== 'object') return loader === undefined ? { secure: false } : { path: loader, secure: false };
  return { path: loader['#text'], secure: loader['@secure'] === 'yes' };
}
