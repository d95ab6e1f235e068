// Codes of serial lines, MQTT and WebSocket links. The table's shape is checked where all tables are joined, in codes.ts.

export const LINK_CODES = {
  GW_SERIAL_DOWN: {
    fault: 'host',
    meaning: 'The serial port is not open.',
    remedy: 'Plug the adapter in, or end the program that holds the port; it is opened again by itself.',
  },
  GW_SERIAL_TAKEN: {
    fault: 'host',
    meaning: 'The serial port is locked by a line of a gateway, or by another program.',
    remedy: 'Ask through that line, which `gatewright observe` names, or end what holds the port and try again.',
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
  GW_LINK_TLS: {
    fault: 'host',
    meaning: 'The two ends of a connection do not trust each other.',
    remedy:
      'Give the certificate of the authority that signed the other end, and use the name that its certificate has.',
  },
  GW_LINK_SECRET: {
    fault: 'user',
    meaning: 'A secret that a link needs is not there, or is not what the link can use.',
    remedy: 'Store the secret under the name that the link has, or correct the name.',
  },
  GW_SECRET_UNFIT: {
    fault: 'user',
    meaning: 'A secret cannot be stored: its name or what it is does not fit.',
    remedy: 'Choose a name of lower-case letters, digits, dots, hyphens and underscores; give text of at most 64 KiB.',
  },
  GW_MQTT_DOWN: {
    fault: 'host',
    meaning: 'There is no connection to the MQTT broker.',
    remedy: 'Start the broker or mend the way to it; the connection is made again by itself.',
  },
  GW_MQTT_REFUSED: {
    fault: 'host',
    meaning: 'The MQTT broker refused the login, a subscription or a message.',
    remedy: 'Correct the user, the password or the rights at the broker, as the message says.',
  },
  GW_MQTT_TOPIC: {
    fault: 'user',
    meaning: 'A text is not an MQTT topic, or not a topic filter.',
    remedy: 'Put + only alone between slashes and # only alone at the end, and neither into a topic that is sent to.',
  },
  GW_MQTT_PUBLISH: {
    fault: 'user',
    meaning: 'A message was refused because nothing lets messages be published to its topic.',
    remedy: 'Add a filter that fits to what may be published in the bus node, deploy, and apply the plan.',
  },
  GW_MQTT_MESSAGE: {
    fault: 'user',
    meaning: 'What should be published to MQTT is no message.',
    remedy: 'Send {topic, payload}, and qos 0 or 1 and retain true or false where the defaults do not fit.',
  },
  GW_MQTT_FULL: {
    fault: 'user',
    meaning: 'More MQTT messages wait for the broker than the link may hold, so the newest was refused.',
    remedy: 'Send less often, or give the link a larger store; what was taken before is still sent.',
  },
  GW_MQTT_SIZE: {
    fault: 'user',
    meaning: 'An MQTT message is larger than the link or the broker takes.',
    remedy: 'Send it in pieces, or raise the limit where it is set.',
  },
  GW_WEBSOCKET_DOWN: {
    fault: 'host',
    meaning: 'There is no WebSocket connection, or its port cannot be listened on.',
    remedy: 'Start the other end, or free the port; it is tried again by itself.',
  },
  GW_WEBSOCKET_REFUSED: {
    fault: 'host',
    meaning: 'The server refused the WebSocket connection.',
    remedy: 'Correct the path or the token, as the status in the message says.',
  },
  GW_WEBSOCKET_MESSAGE: {
    fault: 'user',
    meaning: 'What should be sent over a WebSocket is no frame, or is larger than the link takes.',
    remedy: 'Send text, a Buffer or {data}, within the largest frame of the link.',
  },
  GW_WEBSOCKET_LOST: {
    fault: 'host',
    meaning: 'A frame was not sent, because nobody is connected or the other end does not read fast enough.',
    remedy: 'Look whether the other end is there, and send it again or less often.',
  },
  GW_WEBSOCKET_OPEN: {
    fault: 'user',
    meaning: 'A WebSocket server would let in everybody who reaches the gateway.',
    remedy: 'Give it a token, or let it listen on 127.0.0.1 only.',
  },
} as const;
