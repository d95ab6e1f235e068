// Whether the kernel hands bridged IPv4 frames to the stateful rules. Without it every packet would pass them by.
import { type Host, runChecked } from '../../host/host.ts';

/** Per network namespace; there once the module br_netfilter is loaded. */
const SWITCH = '/proc/sys/net/bridge/bridge-nf-call-iptables';

/** `undefined` when the kernel has no br_netfilter (yet). */
export async function readBridgeNetfilter(host: Host): Promise<boolean | undefined> {
  const text = await host.readFile(SWITCH);
  return text === undefined ? undefined : text.trim() === '1';
}

/** Switches it on; loads the module where it is one. It is left on afterwards: others may rely on it, and it is the default. */
export async function enableBridgeNetfilter(host: Host, signal: AbortSignal): Promise<void> {
  const state = await readBridgeNetfilter(host);
  if (state === undefined) await runChecked(host, ['modprobe', 'br_netfilter'], { signal });
  if (state !== true) await host.writeKernelFile(SWITCH, '1');
}
