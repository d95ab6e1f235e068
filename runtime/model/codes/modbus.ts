// Codes of Modbus lines: a request that is none, a device that does not answer, a line that is down or too busy. The
// table's shape is checked where all tables are joined, in codes.ts.

export const MODBUS_CODES = {
  GW_MODBUS_REQUEST: {
    fault: 'user',
    meaning: 'A Modbus request has a function, address, quantity or value that the protocol does not allow.',
    remedy: 'Correct the request as the message says; nothing was sent.',
  },
  GW_MODBUS_EXCEPTION: {
    fault: 'host',
    meaning: 'The Modbus device refused a request with an exception.',
    remedy: 'Check the address and the function against the manual of the device.',
  },
  GW_MODBUS_SILENT: {
    fault: 'host',
    meaning: 'A Modbus device did not answer in time.',
    remedy: 'Check that the device has power, its unit number, and the speed and parity of the line.',
  },
  GW_MODBUS_GARBLED: {
    fault: 'host',
    meaning: 'Something was received instead of an answer, but nothing that passes the checksum.',
    remedy: 'Check the wiring, the termination, and that no two devices have one unit number.',
  },
  GW_MODBUS_ANSWER: {
    fault: 'host',
    meaning: 'A Modbus device answered with something else than what was asked of it.',
    remedy: 'Check that the address leads to the right device, and that its firmware keeps to the protocol.',
  },
  GW_MODBUS_UNIT_DOWN: {
    fault: 'host',
    meaning: 'A device did not answer again and again, so it is not asked for a while.',
    remedy: 'Mend the device; it is tried again by itself, and other devices of the line go on.',
  },
  GW_MODBUS_LINE_DOWN: {
    fault: 'host',
    meaning: 'The serial port or the connection to the device is not open.',
    remedy: 'Plug the adapter in, or start the device; the line is opened again by itself.',
  },
  GW_MODBUS_QUEUE_FULL: {
    fault: 'user',
    meaning: 'More requests are waiting for a line than it may hold.',
    remedy: 'Ask less often or for more registers at once: the line is slower than what is asked of it.',
  },
} as const;
