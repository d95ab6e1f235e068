// Which names of a serial port stay when adapters are plugged in another order: those that udev keeps.
import type { Host } from '../../host/host.ts';

/** Where udev keeps its names. */
const UDEV = '/dev/serial';
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
