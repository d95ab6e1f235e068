// Gateways that can be bought, as their makers describe them: a start for the hardware node, every value can be changed.
// Device names depend on the operating system, so they are left to the user.
import type { InterfaceRole } from '../../runtime/model/kinds/uplink.ts';

export interface HardwareModel {
  readonly id: string;
  readonly title: string;
  /** Where the figures were read. */
  readonly source: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly interfaces: readonly { readonly label: string; readonly role: InterfaceRole }[];
}

export const HARDWARE_MODELS: readonly HardwareModel[] = [];
