// Owner of VMs, switches and rules: a robot vendor, a meter ring, a department.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';

const config = z.object({
  name: fields.name(),
  colour: fields
    .pattern(/^#[0-9a-f]{6}$/i, 'a colour', 'Choose a colour, or write one such as #0072b2.')
    .transform(colour => colour.toLowerCase()),
  contact: fields.text(200),
});
type TenantConfig = z.infer<typeof config>;

export const tenant: NodeType<TenantConfig> = {
  type: 'gatewright-tenant',
  version: 1,
  role: 'config',
  config,
  defaults: { name: '', colour: '#0072b2', contact: '' },
  references: {},
  accepts: [],
  outputs: () => [],
  facets: ({ config: { name, colour, contact } }) => ({ tenant: { name, colour, contact } }),
};
