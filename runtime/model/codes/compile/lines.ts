// Codes about field lines: buses, what hangs on them, and the rules between.

export const LINE_CODES = {
  GW_LINE_DEVICE: {
    fault: 'user',
    meaning: 'A bus does not say where it leaves the box.',
    remedy: 'Wire a connector of the hardware node to it, or write its device.',
  },
  GW_LINE_CONNECTOR: {
    fault: 'user',
    meaning: 'A connector is wired to a bus that cannot use it.',
    remedy: 'Wire another connector of the box, or set the bus otherwise, as the message says.',
  },
  GW_LINE_CONNECTOR_TWICE: {
    fault: 'user',
    meaning: 'A bus is told twice where it leaves the box.',
    remedy: 'Keep one wire, or what is written.',
  },
  GW_LINE_CONNECTOR_DEVICE: {
    fault: 'user',
    meaning: 'A connector is wired to a bus, and nobody has written what the gateway calls it.',
    remedy: 'Write its device into the hardware node.',
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
    meaning: 'A bus is wired to a VM or to the hardware of another gateway.',
    remedy: 'Wire it to those of its own gateway.',
  },
  GW_LINE_SECOND: {
    fault: 'user',
    meaning: 'A VM is wired to two buses, or twice to one, and has one field line.',
    remedy: 'Keep one wire.',
  },
  GW_LINE_TENANT: {
    fault: 'user',
    meaning: 'A setting of a bus is for a tenant of whom no VM is wired to it.',
    remedy: 'Correct the tenant, wire a VM of it to the bus, or delete the row.',
  },
  GW_LINE_DENIED: {
    fault: 'user',
    meaning: 'A firewall on a bus has no rule for it, so nothing passes.',
    remedy: 'Add a rule for what shall pass.',
  },
  GW_LINE_RULES_NONE: {
    fault: 'user',
    meaning: 'A firewall is on a bus whose protocol has no rules.',
    remedy: 'Wire the bus to the VM without it, or let the VM speak a protocol that has rules.',
  },
  GW_LINE_RULE: {
    fault: 'user',
    meaning: 'A rule of a firewall is none that the protocol of a bus could have.',
    remedy: 'Correct it as the message says.',
  },
} as const;
