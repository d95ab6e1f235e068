// What QEMU can do here, asked of QEMU itself: whether it is there, and whether it gets the processor.
import { type Host, runChecked } from '../../../host/host.ts';
import { isGatewrightError } from '../../../model/errors.ts';
import { type Acceleration, QEMU } from './command-line.ts';

const ANSWER_WITHIN_MS = 10_000;
/** Ends it as soon as it is up. */
const QUIT = '{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n';

/** @returns how guests would run; `undefined` when QEMU is not installed */
export async function probeQemu(host: Host, signal?: AbortSignal): Promise<Acceleration | undefined> {
  if (!(await starts(host, 'tcg', signal))) return undefined;
  return (await starts(host, 'kvm', signal)) ? 'kvm' : 'tcg';
}

/** Makes a PC that does not compute: what is forbidden, missing or broken shows there, whatever the reason. */
async function starts(host: Host, acceleration: Acceleration, signal: AbortSignal | undefined): Promise<boolean> {
  const machine = ['-machine', `q35,accel=${acceleration}`, '-cpu', 'max', '-m', '64M', '-S'];
  const quiet = ['-no-user-config', '-nodefaults', '-display', 'none', '-qmp', 'stdio'];
  try {
    await runChecked(host, [QEMU, ...quiet, ...machine], { input: QUIT, timeoutMs: ANSWER_WITHIN_MS, signal });
    return true;
  } catch (error) {
    if (isGatewrightError(error) && error.code !== 'GW_CANCELLED') return false;
    throw error;
  }
}
