// Codes of serial lines, MQTT and WebSocket links. The table's shape is checked where all tables are joined, in codes.ts.

export const LINK_CODES = {
  GW_SERIAL_DOWN: {
    fault: 'host',
    meaning: 'The serial port is not open.',
    remedy: 'Plug the adapter in, or end the program that holds the port; it is opened again by itself.',
  },
  GW_SERIAL_UNSTABLE: {
    fault: 'user',
    meaning: 'A serial port is named by a number that the next start may give to another adapter.',
    remedy: 'Choose its name below /dev/serial/by-id, or below by-path when two adapters are alike.',
  },
  GW_SERIAL_DIRECTION: {
    fault: 'host',
    meaning: 'The kernel cannot switch the direction of RS-485 on this serial port.',
    remedy: 'Use an adapter that switches by itself and choose that, or a port whose driver knows RS-485.',
  },
} as const;
