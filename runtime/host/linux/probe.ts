// Finds out what this kernel can do by doing it in a network namespace that vanishes with the probe. Assumes nothing.
import { GatewrightError } from '../../model/errors.ts';
import type { Host } from '../host.ts';

/** What the kernel or iproute2 says when a feature is not built in. */
const NOT_BUILT_IN =
  /Unknown device type|Operation not supported|Protocol not supported|No such file or directory|is unknown|What is/;

/**
 * Whether a list of `ip` commands works here.
 * @throws GatewrightError GW_HOST_COMMAND_FAILED when it cannot be tried (no right to make a namespace)
 */
export async function kernelCan(host: Host, lines: readonly string[]): Promise<boolean> {
  const input = lines.map(line => `${line}\n`).join('');
  const result = await host.run(['unshare', '--net', '--', 'ip', '-batch', '-'], { input });
  if (result.code === 0) return true;
  if (NOT_BUILT_IN.test(result.stderr)) return false;
  const said = result.stderr.trim().slice(-200);
  const message = `network features cannot be probed (${said}); run the agent as root or with CAP_NET_ADMIN and CAP_SYS_ADMIN`;
  throw new GatewrightError('GW_HOST_COMMAND_FAILED', message);
}
