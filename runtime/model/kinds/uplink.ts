// A physical NIC of the gateway, lent to segments and edge routers. The NIC is the host's: we never create or delete it.
import { z } from 'zod';

/** What a NIC of the box is for. Tenant traffic never touches `management`. */
export const InterfaceRole = z.enum(['management', 'plant', 'uplink']);
export type InterfaceRole = z.infer<typeof InterfaceRole>;

/** A Linux network device name (IFNAMSIZ: at most 15 characters). */
export const DeviceName = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,14}$/, 'a network device name has 1 to 15 letters, digits, dots, hyphens');

export const UplinkSpec = z.strictObject({
  /** Device name in the host, for example `enp3s0`. */
  device: DeviceName,
  role: InterfaceRole,
});
export type UplinkSpec = z.infer<typeof UplinkSpec>;
