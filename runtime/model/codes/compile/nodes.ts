// Codes about single nodes and their wires: fields, names, references, firewall rules.

export const NODE_CODES = {
  // Fields
  GW_FIELD_INVALID: {
    fault: 'user',
    meaning: 'A field is missing, out of its bounds, or not one of its choices.',
    remedy: 'Write what the finding says.',
  },
  GW_NAME_INVALID: {
    fault: 'user',
    meaning: 'A name is empty or has other characters than a name may have.',
    remedy: 'Use 1 to 32 lower-case letters, digits and hyphens, with no hyphen at either end.',
  },
  GW_ADDRESS_INVALID: {
    fault: 'user',
    meaning: 'A text is not an IPv4 address, or lacks the prefix it needs.',
    remedy: 'Write an address such as 10.0.0.7, or 192.168.50.21/24 where a prefix is asked for.',
  },
  GW_NETWORK_INVALID: {
    fault: 'user',
    meaning: 'A text is not a network.',
    remedy: 'Write the first address of the network and its length, such as 10.0.0.0/24.',
  },
  GW_MAC_INVALID: {
    fault: 'user',
    meaning: 'A text is not the MAC address of one network card.',
    remedy: 'Write six pairs of lower-case hex digits, or leave it empty.',
  },
  GW_PORT_INVALID: {
    fault: 'user',
    meaning: 'A text is not a port or a range of ports.',
    remedy: 'Write a port such as 502, or a range such as 1024-2048.',
  },
  GW_ENTRY_TWICE: {
    fault: 'user',
    meaning: 'Two entries of a list have one name.',
    remedy: 'Give each a name of its own.',
  },
  GW_REFERENCE_MISSING: {
    fault: 'user',
    meaning: 'A node has no gateway or no tenant.',
    remedy: 'Choose the one it belongs to.',
  },
  GW_REFERENCE_UNKNOWN: {
    fault: 'user',
    meaning: 'A node belongs to a gateway or tenant that is not in the flow.',
    remedy: 'Choose another one.',
  },
  GW_REFERENCE_DISABLED: {
    fault: 'user',
    meaning: 'A node belongs to a gateway or tenant that is disabled.',
    remedy: 'Enable it, or choose another one.',
  },
  GW_NAME_TWICE: {
    fault: 'user',
    meaning: 'Two nodes of one kind have one name on one gateway.',
    remedy: 'Give one of them another name.',
  },
  GW_RENAME_CLASH: {
    fault: 'user',
    meaning: 'A former name is the present or former name of another node.',
    remedy: 'Clear the former name, or correct it.',
  },
  // Wires
  GW_WIRE_KIND: {
    fault: 'user',
    meaning: 'A wire joins an output and an input that do not fit.',
    remedy: 'Wire it to a node that takes what it carries.',
  },
  GW_WIRE_LOOP: {
    fault: 'user',
    meaning: 'Firewalls are wired in a circle.',
    remedy: 'Remove one of the wires.',
  },
  GW_WIRE_PARALLEL: {
    fault: 'user',
    meaning: 'Two paths lead from one output to one node, so it is open which rules count.',
    remedy: 'Keep one path; put firewalls that shall both decide one behind the other.',
  },
  GW_PORT_UNKNOWN: {
    fault: 'user',
    meaning: 'A wire leaves an output that the node does not have, such as a network card that was taken out.',
    remedy: 'Remove the wire, or add what the output stands for.',
  },
  GW_FIREWALL_OPEN: {
    fault: 'user',
    meaning: 'A firewall is not connected on one side.',
    remedy: 'Wire it between a VM or switch and what that may reach, or delete it.',
  },
  // Rules
  GW_RULE_ID_TWICE: {
    fault: 'user',
    meaning: 'Two rules of a firewall or of an attestation gate have one id.',
    remedy: 'Give each rule an id of its own.',
  },
  GW_RULE_PORTS: {
    fault: 'user',
    meaning: 'A rule names ports, but its protocol has none.',
    remedy: 'Choose tcp or udp, or take the ports out.',
  },
  GW_RULE_UNREACHABLE: {
    fault: 'user',
    meaning: 'A rule is never reached, because an earlier one matches everything it matches.',
    remedy: 'Move it up, or delete it.',
  },
  GW_RULE_NEVER_ASKED: {
    fault: 'user',
    meaning: 'A rule is about what others ask a VM, and on a bus only VMs ask, so it is never reached there.',
    remedy: 'Let the rule hold for what the VM asks, or for both, or delete it.',
  },
  GW_RULE_ASKER_UNKNOWN: {
    fault: 'user',
    meaning: 'A rule for Modbus says who asks, and on a network that is not known of a VM without an address.',
    remedy: 'Give the card of the VM an address, or let the rule hold both ways.',
  },
  GW_RULE_NO_EFFECT: {
    fault: 'user',
    meaning: 'A rule lets something start from the far side of an edge router, which lets only the near side start.',
    remedy: 'Delete the rule; answers to what the near side started always pass.',
  },
} as const;
