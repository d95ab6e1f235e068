// A connection to a broker: its nodes are core nodes, and touch no field line.
import type { ForeignType } from '../foreign-type.ts';

export const mqttBroker: ForeignType = {
  type: 'mqtt-broker',
  pack: 'node-red',
  read: () => ({
    is: 'none',
    outcome: 'kept',
    why: 'It goes on as it is. A VM that is to have the broker without its password is wired to a bus of MQTT.',
  }),
};
