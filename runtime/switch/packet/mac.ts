// MAC addresses as numbers below 2^48, as u48 reads them.

export const BROADCAST = 0xffff_ffff_ffff;

/** @param text  six hex pairs with colons, as specs write them */
export function macToNumber(text: string): number {
  return Number.parseInt(text.replaceAll(':', ''), 16);
}

export function numberToMac(mac: number): string {
  return mac
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?!$)/g, '$&:');
}

/** Broadcast included: the lowest bit of the first octet is set [IEEE 802-2014 8.2]. */
export function isGroup(mac: number): boolean {
  return Math.floor(mac / 0x100_0000_0000) % 2 === 1;
}
