// A message node: sends what gateways tell. Draws nothing.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';

const config = z.object({
  name: fields.text(100),
  gateway: fields.reference(),
  /** Kinds of events with commas between; empty = all. */
  kinds: fields.text(200),
});

export const event: NodeType<z.infer<typeof config>> = {
  type: 'gatewright-event',
  version: 1,
  role: 'message',
  config,
  defaults: { name: '', gateway: '', kinds: '' },
  references: { gateway: 'gatewright-gateway' },
  accepts: [],
  outputs: () => [{ name: 'event', kind: 'message' }],
};
