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
  GW_DRIFT_UNKNOWN: {
    fault: 'user',
    meaning: 'Somebody decided about a difference that is not there, or not any more.',
    remedy: 'Look at the drift again, and name it as it is shown.',
  },
  GW_EXCEPTION_REFUSED: {
    fault: 'user',
    meaning: 'This difference cannot be let stand.',
    remedy: 'Change what the message names, take it over into the drawing, or restore what was applied.',
  },
  GW_RESTORE_REFUSED: {
    fault: 'user',
    meaning: 'One difference cannot be brought back without the others.',
    remedy: 'Apply the whole plan, or let the others stand until a date first.',
  },
  GW_EXCEPTIONS_UNREADABLE: {
    fault: 'host',
    meaning: 'The file with the exceptions of a gateway holds something else. Nothing is planned without them.',
    remedy: 'Mend the named file, or remove it: then no exception holds any more.',
  },
  GW_ADOPT_REFUSED: {
    fault: 'user',
    meaning: 'What is cannot be taken over into the drawing by changing one field of one node.',
    remedy: 'Draw it by hand as the message says, restore what was applied, or except it until a date.',
  },
} as const satisfies Record<string, CodeEntry>;
