// The operating-system port of one pretend machine: wraps the real port so that programs run inside the machine's
// namespaces and kernel files are read there. Files outside /run, /sys, /proc/sys and /proc/net/dev are shared with the
// host.
import type { Host } from '../../runtime/host/host.ts';
import { localHost } from '../../runtime/host/local.ts';
import { GatewrightError } from '../../runtime/model/errors.ts';
import type { Machine } from './netns.ts';

/**
 * @param machine  from `netnsLab().machine()`
 * @param inner    the real port of this process
 */
export function labHost(machine: Machine, inner: Host = localHost): Host {
  const run: Host['run'] = async (argv, options) => {
    const environment = { ...options?.environment, ...machine.mark };
    const result = await inner.run([...machine.prefix, ...argv], { ...options, environment });
    if (result.code === 127 && result.stderr.startsWith('nsenter: failed to execute'))
      throw new GatewrightError('GW_HOST_PROGRAM_MISSING', `${argv[0]} is not installed; run gatewright doctor`);
    return result;
  };
  return {
    ...inner,
    run,
    start: (argv, options) => inner.start([...machine.prefix, ...argv], options),
    async readFile(path) {
      if (path === '/proc/net/dev') return inner.readFile(`/proc/${machine.pid}/net/dev`);
      if (!path.startsWith('/proc/sys/net/')) return inner.readFile(inside(machine, path));
      const result = await run(['cat', path]);
      return result.code === 0 ? result.stdout : undefined;
    },
    writeFile: (path, data, mode) => inner.writeFile(inside(machine, path), data, mode),
    async writeKernelFile(path, data) {
      const result = await run(['tee', path], { input: data });
      if (result.code !== 0)
        throw new GatewrightError('GW_HOST_IO', `${path} was not written: ${result.stderr.trim()}`);
    },
    remove: path => inner.remove(inside(machine, path)),
    async list(path) {
      if (!path.startsWith('/proc/sys/net')) return inner.list(inside(machine, path));
      const result = await run(['ls', path]);
      return result.code === 0
        ? result.stdout
            .split('\n')
            .filter(name => name !== '')
            .sort()
        : [];
    },
  };
}

/** The machine's own /run and /sys, seen from here. */
function inside(machine: Machine, path: string): string {
  return /^\/(run|sys)(\/|$)/.test(path) ? `/proc/${machine.pid}/root${path}` : path;
}
