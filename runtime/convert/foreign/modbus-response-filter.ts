// Picks values by their names.
import type { ForeignType } from '../foreign-type.ts';
import { MODBUS_PACK } from '../modbus/use.ts';

export const modbusResponseFilter: ForeignType = {
  type: 'modbus-response-filter',
  pack: MODBUS_PACK,
  read: () => ({
    is: 'none',
    outcome: 'not-converted',
    why: 'It picks values by the names of an IO file, which are not carried over. Pick them by their place in a change node.',
  }),
};
