// Three numbers stirred into one of 30 bits: small enough that the engine keeps it without allocating.

/** @param seed  differs per table where strangers choose the numbers, so that they cannot aim at one place */
export function mixed(a: number, b: number, c: number, seed = 0): number {
  let mix = Math.imul(seed ^ a, 0x9e3779b1);
  mix = Math.imul(mix ^ (mix >>> 15) ^ b, 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13) ^ c, 0xc2b2ae35);
  return (mix ^ (mix >>> 16)) >>> 2;
}
