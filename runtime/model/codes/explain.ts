// Codes of asking rules why, and of learning them. The table's shape is checked where all tables are joined, in codes.ts.

export const EXPLAIN_CODES = {
  GW_FRAME_UNREADABLE: {
    fault: 'user',
    meaning: 'What was asked about is no frame of the protocol of that line.',
    remedy: 'Give its bytes in hex, the payload of a message, or for CAN a text such as 123#DEADBEEF.',
  },
  GW_PACKET_UNREADABLE: {
    fault: 'user',
    meaning: 'What was asked about is no packet of TCP, UDP or ICMP over IPv4.',
    remedy: 'Write one such as "tcp 10.0.0.5:40000 > 10.0.0.9:502", or paste the line of a log of nftables.',
  },
  GW_RULES_NOWHERE: {
    fault: 'user',
    meaning:
      'Rules were asked about where there are none: no such line, no wire from it to that VM, or no link with a firewall.',
    remedy: 'Name a line and a VM that are wired to each other, or an address on a link with a firewall.',
  },
  GW_LEARN_FULL: {
    fault: 'user',
    meaning: 'Rules of as many lines and firewalls as can be are learned already.',
    remedy: 'Wait until one is done, or end one where it was begun.',
  },
  GW_LEARN_GONE: {
    fault: 'user',
    meaning:
      'What was learned is not kept any more: it is forgotten some minutes after its end, and when the server starts anew.',
    remedy: 'Begin again.',
  },
} as const;
