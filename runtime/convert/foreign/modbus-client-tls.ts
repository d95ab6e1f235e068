// A connection over TLS.
import type { ForeignType } from '../foreign-type.ts';
import { MODBUS_PACK } from '../modbus/use.ts';

export const modbusClientTls: ForeignType = {
  type: 'modbus-client-tls',
  pack: MODBUS_PACK,
  read: () => ({
    is: 'none',
    outcome: 'not-converted',
    why: 'It speaks Modbus over TLS, which nobody in between can judge. Let a program in a VM speak it over a network card.',
  }),
};
