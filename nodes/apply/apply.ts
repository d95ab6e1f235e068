// A message node: applies an approved plan. Draws nothing.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';

const config = z.object({
  name: fields.text(100),
  gateway: fields.reference(),
  onFailure: fields.choice(['stop', 'rollback']),
});

export const apply: NodeType<z.infer<typeof config>> = {
  type: 'gatewright-apply',
  version: 1,
  role: 'message',
  config,
  defaults: { name: '', gateway: '', onFailure: 'stop' },
  references: { gateway: 'gatewright-gateway' },
  accepts: ['message'],
  outputs: () => [{ name: 'result', kind: 'message' }],
};
