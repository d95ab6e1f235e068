// Codes of the planner: what a back end cannot do, and designs that no plan can bring about.
import type { CodeEntry } from './entry.ts';

export const PLAN_CODES = {
  GW_BACKEND_LACKS: {
    fault: 'host',
    meaning: 'The drawing uses something that this gateway cannot do.',
    remedy: 'Change the named node, or mend the gateway as the message says.',
  },
  GW_PLAN_NEED_MISSING: {
    fault: 'bug',
    meaning: 'A resource needs another one that the design does not have.',
    remedy: 'Compile the drawing again; if that does not help, report it with the design.',
  },
  GW_PLAN_CYCLE: {
    fault: 'bug',
    meaning: 'Resources of a design need each other in a circle, so none can be first.',
    remedy: 'Break the circle in the drawing; the message names its members.',
  },
} as const satisfies Record<string, CodeEntry>;
