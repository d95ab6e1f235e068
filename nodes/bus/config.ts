// The fields of a bus.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import { LineDevice, LineMessages, LineProtocol, SerialSettings } from '../../runtime/model/kinds/line.ts';

export const BusConfig = z.object({
  name: fields.name(),
  was: fields.optionalName('former name'),
  gateway: fields.reference(),
  protocol: LineProtocol,
  device: fields.matching(
    LineDevice,
    'a line',
    'Write a serial port such as /dev/serial/by-id/usb-…, or tcp://host:port.',
  ),
  baudRate: fields.integer(50, 4_000_000),
  parity: SerialSettings.shape.parity,
  stopBits: fields.choice(['1', '2']),
  answerMs: fields.integer(10, 60_000),
  messages: LineMessages,
});
export type BusConfig = z.infer<typeof BusConfig>;
