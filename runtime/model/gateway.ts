// The gateway itself: the box a drawing runs on, and the tenants it is shared by.
import { z } from 'zod';
import { Name } from './address.ts';
import { DeviceName, InterfaceRole } from './kinds/uplink.ts';
import { Ipv4Address, MacAddress } from './network.ts';

/** How the gateway is realized. Only the agent knows which drivers that means. */
export const Backend = z.enum(['simulated', 'embedded', 'linux', 'vsphere']);
export type Backend = z.infer<typeof Backend>;

/** Honesty label of a back end, shown wherever its results are shown. */
export const BackendLabel = z.enum(['real', 'emulated', 'simulated']);
export type BackendLabel = z.infer<typeof BackendLabel>;

/** What runs the guests of an embedded gateway. `auto`: the fastest that starts them without asking for anything. */
export const HypervisorChoice = z.enum(['auto', 'v86', 'qemu']);
export type HypervisorChoice = z.infer<typeof HypervisorChoice>;

export const HardwareInterface = z.strictObject({
  /** The printed label on the box, lower case: `eth0`, `lan-1`. */
  label: Name,
  device: DeviceName,
  role: InterfaceRole,
  mac: MacAddress.optional(),
});
export type HardwareInterface = z.infer<typeof HardwareInterface>;

/** What the box has. Filled by the hardware node. */
export const HardwareProfile = z.strictObject({
  model: z.string().max(100),
  vcpus: z.number().int().min(1).max(1024),
  memoryMiB: z.number().int().min(64),
  /** Memory kept for the host itself. */
  reservedMemoryMiB: z.number().int().min(0),
  interfaces: z.array(HardwareInterface),
});
export type HardwareProfile = z.infer<typeof HardwareProfile>;

export const GatewaySpec = z.strictObject({
  name: Name,
  backend: Backend,
  /** Path of the agent's unix socket; only the `linux` back end has one. */
  agentSocket: z.string().max(100).optional(),
  /** Only the `embedded` back end has a choice; `auto` when absent. */
  hypervisor: HypervisorChoice.optional(),
  /** Address of this box in the tunnel (underlay) network; needed for overlays. */
  tunnelAddress: Ipv4Address.optional(),
  hardware: HardwareProfile.optional(),
});
export type GatewaySpec = z.infer<typeof GatewaySpec>;

export const TenantSpec = z.strictObject({
  name: Name,
  /** `#rrggbb`, chosen by the user. */
  colour: z.string().regex(/^#[0-9a-f]{6}$/),
  contact: z.string().max(200),
});
export type TenantSpec = z.infer<typeof TenantSpec>;
