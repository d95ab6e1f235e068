// Codes of the Linux network drivers: a device that is missing, in the way, or not there yet. The table's shape is
// checked where all tables are joined, in codes.ts.

export const NETWORK_CODES = {
  GW_NETWORK_DEVICE_MISSING: {
    fault: 'host',
    meaning: 'A network card or an address the drawing names does not exist on the gateway.',
    remedy: 'Plug the card in, or correct its device name in the hardware node, then apply again.',
  },
  GW_NETWORK_FOREIGN: {
    fault: 'host',
    meaning: 'A network device is in use by someone other than Gatewright.',
    remedy: 'Free the named device or choose another one in the drawing; it was not touched.',
  },
  GW_NETWORK_ORDER: {
    fault: 'host',
    meaning: 'A segment or uplink that must be there first is not there.',
    remedy: 'Plan again: the missing part is made by the next plan.',
  },
  GW_NETWORK_TAG_TOO_LONG: {
    fault: 'user',
    meaning: 'A network device cannot carry all the names and addresses that were drawn for it.',
    remedy: 'Use shorter names, or fewer addresses on one network card.',
  },
  GW_PROXY_AWAY: {
    fault: 'host',
    meaning: 'The process of a Modbus proxy does not run. Nothing passes the guarded link to port 502 meanwhile.',
    remedy: 'It is started again by itself. When that does not help, see what it said last, and apply again.',
  },
} as const;
