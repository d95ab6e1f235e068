// The fields of an edge router.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';

export const EdgeConfig = z.object({
  name: fields.name(),
  was: fields.optionalName('former name'),
  nat: fields.flag(),
  dhcp: fields.flag(),
  leaseSeconds: fields.integer(120, 31_536_000),
  /** Servers handed out by DHCP. */
  dns: fields.ipv4List(),
  defaultGateway: fields.optionalIpv4(),
  outside: fields.rows(z.object({ vswitch: fields.name('switch name'), address: fields.ipv4Interface() }), 1000),
  routes: fields.rows(z.object({ destination: fields.ipv4Network(), via: fields.ipv4() }), 1000),
});
export type EdgeConfig = z.infer<typeof EdgeConfig>;
