// Codes of CAN buses and plain serial lines that VMs share. The table's shape is checked where all tables are joined, in codes.ts.

export const FIELDBUS_CODES = {
  GW_CAN_FRAME: {
    fault: 'user',
    meaning: 'Something was to be sent on a CAN bus that is no frame of CAN.',
    remedy: 'Correct it as the message says; nothing was sent.',
  },
  GW_CAN_FULL: {
    fault: 'user',
    meaning: 'More CAN frames of messages wait than a bus may hold, so the newest was refused.',
    remedy: 'Send less often: the bus is slower than what is sent to it.',
  },
  GW_SERIAL_BYTES: {
    fault: 'user',
    meaning: 'Something was to be sent on a serial line that is no bytes.',
    remedy: 'Send a Buffer, a text, or bytes in an array or in hex; nothing was sent.',
  },
  GW_SERIAL_FULL: {
    fault: 'host',
    meaning: 'More bytes wait for a serial line than its send queue may hold, so what came last was refused.',
    remedy: 'Send less often, choose a higher baud rate, or give the line a larger send queue.',
  },
  GW_LINE_ONE: {
    fault: 'user',
    meaning: 'Several VMs are on a plain serial line, where nobody could tell apart what they say.',
    remedy: 'Keep one wire; for a line that is shared choose a protocol with frames, such as Modbus.',
  },
  GW_LINE_CROWDED: {
    fault: 'user',
    meaning: 'More VMs or rules are on a bus than it can carry.',
    remedy: 'Take VMs off it, or join firewalls and rules.',
  },
} as const;
