// The fields of a bus.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import { LineMessages } from '../../runtime/model/kinds/line.ts';

/**
 * Where the line leaves the box: a serial port by a name that stays (`/dev/serial/by-id/…`), or a device or serial server
 * behind a socket (`tcp://192.168.50.10:502`).
 */
const LineDevice = z
  .string()
  .max(200)
  .regex(
    /^(?:\/dev\/(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._:+/-]*|tcp:\/\/(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]):\d{1,5})$/,
    'a line is /dev/… or tcp://host:port',
  );

export const BusConfig = z.object({
  name: fields.name(),
  was: fields.optionalName('former name'),
  gateway: fields.reference(),
  protocol: fields.choice(['modbus-rtu', 'modbus-tcp']),
  device: fields.matching(
    LineDevice,
    'a line',
    'Write a serial port such as /dev/serial/by-id/usb-…, or tcp://host:port.',
  ),
  baudRate: fields.integer(50, 4_000_000),
  parity: fields.choice(['none', 'even', 'odd']),
  stopBits: fields.choice(['1', '2']),
  answerMs: fields.integer(10, 60_000),
  messages: LineMessages,
});
export type BusConfig = z.infer<typeof BusConfig>;
