// Addresses of PCI devices: `0000:00:1f.2` is domain, bus, device and function. Knows nothing of profiles.
import { z } from 'zod';

const FORM = /^([0-9a-f]{4}):([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/;

/** The full form in lower case, as the kernel writes it. */
export const PciAddress = z.string().regex(FORM);
export type PciAddress = z.infer<typeof PciAddress>;

/**
 * The full form of an address with or without a domain and in either case; `undefined` when it is none.
 * @param text  such as `1F:00.0`
 */
export function normalPciAddress(text: string): PciAddress | undefined {
  const lower = text.trim().toLowerCase();
  const full = /^[0-9a-f]{2}:/.test(lower) && lower.split(':').length === 2 ? `0000:${lower}` : lower;
  return FORM.test(full) ? full : undefined;
}

/** The address without its function: what sits in one slot. @param address  a full one */
export function pciSlot(address: PciAddress): string {
  return address.slice(0, address.lastIndexOf('.'));
}

/** Bus and device the other way round, as a hurried hand writes them; `undefined` when that is no address. */
export function swappedPciAddress(address: PciAddress): PciAddress | undefined {
  const [, domain, bus, device, fn] = FORM.exec(address) ?? [];
  return normalPciAddress(`${domain}:${device}:${bus}.${fn}`);
}
