// Which hypervisor runs the guests of a gateway here: what is drawn, or the fastest that starts them without asking for anything.
import { GatewrightError } from '../../model/errors.ts';
import type { HypervisorChoice } from '../../model/gateway.ts';
import type { HypervisorName } from './hypervisor.ts';
import type { Acceleration } from './qemu/command-line.ts';

/** What there is on this machine. */
export interface Found {
  /** How QEMU would run guests; `undefined` when it is not installed. */
  readonly qemu: () => Promise<Acceleration | undefined>;
  /** Whether any guest image for QEMU's processor is there. */
  readonly amd64Image: () => Promise<boolean>;
}

export interface Chosen {
  readonly hypervisor: HypervisorName;
  /** Of QEMU. */
  readonly acceleration?: Acceleration;
  /** In words, for the plan. */
  readonly because: string;
}

/** @throws GatewrightError GW_HOST_PROGRAM_MISSING when QEMU is drawn and not installed */
export async function choose(drawn: HypervisorChoice, found: Found): Promise<Chosen> {
  if (drawn === 'v86') return { hypervisor: 'v86', because: 'as drawn' };
  const acceleration = await found.qemu();
  if (drawn === 'qemu') return drawnQemu(acceleration);
  const against = await objection(acceleration, found);
  if (against !== undefined) return { hypervisor: 'v86', because: against };
  return { hypervisor: 'qemu', acceleration: 'kvm', because: 'it is installed and has the processor (KVM)' };
}

function drawnQemu(acceleration: Acceleration | undefined): Chosen {
  if (acceleration === undefined)
    throw new GatewrightError(
      'GW_HOST_PROGRAM_MISSING',
      'QEMU is drawn for this gateway and does not start here; install qemu-system-x86, or choose v86 or auto',
    );
  const how =
    acceleration === 'kvm' ? 'on the processor itself (KVM)' : 'every instruction emulated, as KVM cannot be used';
  return { hypervisor: 'qemu', acceleration, because: `as drawn; ${how}` };
}

/** Why QEMU would be no gain: it boots every guest anew, which takes longer than a restore in v86 unless it has the processor. */
async function objection(acceleration: Acceleration | undefined, found: Found): Promise<string | undefined> {
  if (acceleration === undefined) return 'QEMU is not installed here';
  if (acceleration === 'tcg') return 'QEMU cannot use the processor here (KVM), and would boot slower';
  return (await found.amd64Image())
    ? undefined
    : 'QEMU needs a guest image for amd64 (npm run embedded-image -- --architecture amd64 --install)';
}
