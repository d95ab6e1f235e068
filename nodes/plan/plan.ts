// A message node: computes the plan of one gateway or of all. Draws nothing.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';

const config = z.object({ name: fields.text(100), gateway: fields.reference() });

export const plan: NodeType<z.infer<typeof config>> = {
  type: 'gatewright-plan',
  version: 1,
  role: 'message',
  config,
  defaults: { name: '', gateway: '' },
  references: { gateway: 'gatewright-gateway' },
  accepts: ['message'],
  outputs: () => [{ name: 'plan', kind: 'message' }],
};
