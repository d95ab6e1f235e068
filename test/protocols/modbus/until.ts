// Waits for what a test has brought about, and opens wires by hand.
import type { OpenWire, Wire } from '../../../runtime/protocols/modbus/wire/wire.ts';

/** Looks again and again until something is so; the time-out of the test is the bound. */
export async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise(resolve => setTimeout(resolve, 2));
}

/** Opens a wire that no line owns. */
export function openWire(open: OpenWire): Promise<Wire> {
  return open(() => {}, new AbortController().signal);
}
