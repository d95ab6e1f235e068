// Sends frames to the bus: the pack calls `in` what goes in there.
import { CAN_PACK, injectedFrames, SENT } from '../can/frames.ts';
import type { ForeignType } from '../foreign-type.ts';

export const socketcanIn: ForeignType = {
  type: 'socketcan-in',
  pack: CAN_PACK,
  line: 'config',
  read(node, flow) {
    const { access, open } = injectedFrames(node, flow);
    const unknown =
      'What it sends is made by other nodes while the flow runs, so no rule could be made of it: add the identifiers.';
    return { is: 'use', access, messages: 'write', asks: [{ question: SENT }], notes: open ? [unknown] : [] };
  },
};
