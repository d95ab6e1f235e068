// The fields of a virtual switch.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';

export const VswitchConfig = z.object({
  name: fields.name(),
  was: fields.optionalName('former name'),
  tenant: fields.reference(),
  mode: fields.choice(['local', 'overlay', 'vlan']),
  /** Number of the overlay; 0 = not given. */
  vni: fields.integer(0, 0xffffff),
  /** IEEE 802.1Q VLAN id; 0 = not given. */
  vlan: fields.integer(0, 4094),
  /** Bytes; 0 = automatic. */
  mtu: fields.integer(0, 9216),
  subnet: fields.optionalIpv4Network(),
});
export type VswitchConfig = z.infer<typeof VswitchConfig>;
