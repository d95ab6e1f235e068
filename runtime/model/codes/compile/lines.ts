// Codes about field lines: buses, what hangs on them, and the rules between.

export const LINE_CODES = {
  GW_LINE_DEVICE: {
    fault: 'user',
    meaning: 'A bus has a device that does not fit its protocol.',
    remedy: 'Write /dev/… for a serial port, or tcp://host:port for a device behind a socket.',
  },
  GW_LINE_DEVICE_TWICE: {
    fault: 'user',
    meaning: 'Two buses of a gateway use one device.',
    remedy: 'Draw one bus, and wire every VM to it: it is shared.',
  },
  GW_LINE_UNUSED: {
    fault: 'user',
    meaning: 'No VM is wired to a bus.',
    remedy: 'Wire a VM to it, or delete it.',
  },
  GW_LINE_GATEWAY: {
    fault: 'user',
    meaning: 'A bus is wired to a VM of another gateway.',
    remedy: 'Wire it to a VM of its own gateway.',
  },
  GW_LINE_SECOND: {
    fault: 'user',
    meaning: 'A VM is wired to two buses, or twice to one, and has one field line.',
    remedy: 'Keep one wire.',
  },
  GW_LINE_DENIED: {
    fault: 'user',
    meaning: 'A firewall on a bus has no rule for it, so nothing passes.',
    remedy: 'Add a bus rule for what shall pass.',
  },
  GW_LINE_RULE: {
    fault: 'user',
    meaning: 'A rule of a firewall is none that the protocol of a bus could have.',
    remedy: 'Correct it as the message says.',
  },
} as const;
