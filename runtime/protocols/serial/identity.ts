// Which adapter a path means. A number such as /dev/ttyUSB0 goes to whichever adapter was found first, so after the next start
// it may be another device; udev keeps names that stay.
import type { Host } from '../../host/host.ts';
import type { Code } from '../../model/codes.ts';

/** Where udev keeps its names. */
const UDEV = '/dev/serial';
/** Numbered in the order of plugging in. Ports of the board, ttyS and ttyAMA, are numbered by their place. */
const NUMBERED = /^\/dev\/tty(USB|ACM|XRUSB|WCHUSB)\d+$/;

/**
 * Names of one port that stay, the best first: by serial number, then by the socket it is plugged into.
 * @param udev  folder of udev's names
 * @throws GatewrightError GW_HOST_IO, GW_HOST_PROGRAM_MISSING
 */
export async function lastingNames(host: Host, path: string, udev = UDEV): Promise<readonly string[]> {
  const below = async (folder: string) => (await host.list(folder)).map(name => `${folder}/${name}`);
  const names = [...(await below(`${udev}/by-id`)), ...(await below(`${udev}/by-path`))];
  const [device, ...devices] = await targets(host, [path, ...names]);
  return names.filter((_, index) => devices[index] === device);
}

/** Where links lead, in their order. */
async function targets(host: Host, paths: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await host.run(['readlink', '--canonicalize-missing', '--zero', '--', ...paths]);
  return stdout.split('\0').slice(0, paths.length);
}

/** What is to be said of a port in a drawing: the facts of a warning, without its place. */
export interface PortFinding {
  readonly code: Extract<Code, `GW_SERIAL_${string}`>;
  readonly summary: string;
  readonly remedy: string;
}

/** @param names  from {@link lastingNames}, when the gateway was asked @returns `undefined` when the name stays */
export function portFinding(path: string, names: readonly string[] = []): PortFinding | undefined {
  if (!NUMBERED.test(path)) return undefined;
  const [better] = names;
  return {
    code: 'GW_SERIAL_UNSTABLE',
    summary: `${path} may be another adapter after the next start or when adapters are plugged in again.`,
    remedy:
      better === undefined
        ? `Choose its name below ${UDEV}/by-id, or below ${UDEV}/by-path when two adapters are alike.`
        : `Write ${better} instead.`,
  };
}
