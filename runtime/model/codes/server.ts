// Codes of the platform and of the server that carries the editor.
import type { CodeEntry } from './entry.ts';

export const SERVER_CODES = {
  GW_GATEWAY_UNKNOWN: {
    fault: 'user',
    meaning: 'The deployed drawing has no gateway of this name.',
    remedy: 'Deploy a drawing with that gateway, or name one that is drawn.',
  },
  GW_DESIGN_INVALID: {
    fault: 'user',
    meaning: 'The deployed drawing has errors, so nothing of it can be applied.',
    remedy: 'Mend the findings shown on the nodes and deploy again.',
  },
  GW_GATEWAY_AWAY: {
    fault: 'host',
    meaning: 'The agent of the gateway does not answer.',
    remedy: 'Start it on the gateway with `gatewright agent`; the platform connects by itself.',
  },
  GW_BACKEND_UNAVAILABLE: {
    fault: 'user',
    meaning: 'This process has no drivers of that back end, and nothing that has them runs here.',
    remedy: 'Start what the message names, or choose another back end in the gateway node.',
  },
  GW_REQUEST_INVALID: {
    fault: 'user',
    meaning: 'A request to the platform does not have the documented shape.',
    remedy: 'Send the fields the message names, as application/json.',
  },
  GW_FORBIDDEN: {
    fault: 'user',
    meaning: 'The request came from a place or a person that may not make it.',
    remedy: 'Open the editor under its own address and log in with a role that may do this.',
  },
  GW_CAPTURES_FULL: {
    fault: 'user',
    meaning: 'As many recordings are under way as the server makes at once, or as a gateway makes of cards of its VMs.',
    remedy: 'Wait until one has ended, or end one that nobody needs.',
  },
  GW_FLOW_REFUSED: {
    fault: 'user',
    meaning: 'A deploy was refused because saving it could lose data or harm the server; nothing was changed.',
    remedy: 'Mend what the message names and deploy again.',
  },
  GW_FLOW_FILE_DAMAGED: {
    fault: 'host',
    meaning: 'A file in the home folder is not what Gatewright wrote there.',
    remedy: 'Restore it from its backup beside it; Gatewright does not start so that nothing is overwritten.',
  },
  GW_CONFIG_INVALID: {
    fault: 'user',
    meaning: 'A setting of the server is missing, unknown or of the wrong shape.',
    remedy: 'Correct what the message names; docs/configure.md lists every setting.',
  },
  GW_UNSAFE_EXPOSURE: {
    fault: 'user',
    meaning: 'The server would be reachable from other machines without users or without TLS.',
    remedy: 'Add users, and a TLS key and certificate or a trusted proxy, or stay on 127.0.0.1.',
  },
  GW_PORT_IN_USE: {
    fault: 'host',
    meaning: 'Another program already listens on the port.',
    remedy: 'Stop that program or start with another --port.',
  },
} as const satisfies Record<string, CodeEntry>;
