// What runs a guest: one shape for every way to do it, so that the rest of the driver does not know which one it is.
import type { Address } from '../../model/address.ts';
import type { DriverFacts, Progress } from '../../model/driver.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';
import type { ControlLine } from './control-line.ts';

/** Where a PC's words and frames go. */
export interface PcEnds {
  /** What the guest says to people. */
  readonly console?: (bytes: Uint8Array) => void;
  /** A frame of a card of the guest; may be read until the call returns. @param card  number of the card, 0 = eth0 */
  readonly frame?: (frame: Uint8Array, card: number) => void;
  /** The PC is gone, for whatever reason: why, in words. Called once. */
  readonly ended?: (why: string) => void;
}

/** A PC that was switched on. */
export interface Pc {
  /** For commands to the guest. */
  readonly control: ControlLine;
  /** Whether the guest computes: not paused and not gone. */
  readonly running: boolean;
  readonly ended: boolean;
  /** Hands a frame to a card. @param frame  is copied */
  receive(frame: Uint8Array, card: number): void;
  /** Types on the console; bytes for a PC that is gone are lost. */
  type(bytes: Uint8Array): void;
  /** @throws GatewrightError GW_HOST_UNEXPECTED when it is gone */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Pulls the plug; returns when nothing of it is left. */
  end(): Promise<void>;
}

export interface BootOrder {
  readonly address: Address<'vm'>;
  readonly name: string;
  readonly spec: VmSpec;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** An order, and where there is room for the sockets of the PC. */
export interface BootPlace extends BootOrder {
  /** Short, of this PC alone, and not there yet; whoever gave it removes it. The field line is served in it, see sockets.ts. */
  readonly folder: string;
}

export type HypervisorName = 'v86' | 'qemu';

export interface Hypervisor {
  readonly name: HypervisorName;
  readonly facts: DriverFacts<'vm'>;
  /**
   * Switches a PC on. Its guest answers on the control line when this returns, and may still be nobody.
   * @throws GatewrightError GW_IMAGE_UNUSABLE, GW_HOST_IO, GW_HOST_UNEXPECTED, GW_HOST_COMMAND_FAILED, GW_CANCELLED; nothing of
   *   it is left then
   */
  boot(order: BootPlace, ends: PcEnds): Promise<Pc>;
}
