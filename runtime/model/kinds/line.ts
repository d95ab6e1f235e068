// One field line of the gateway, which the host owns: who hangs on it, and what each of them may say. Whatever protocol it
// speaks; the protocol's own words (rules) are checked by the protocol.
import { z } from 'zod';
import { addressOf, Name } from '../address.ts';

/** Name of a protocol: the folder under `protocols/`, and the way it is carried, such as `modbus-rtu`. */
export const LineProtocol = z.enum(['modbus-rtu', 'modbus-tcp']);
export type LineProtocol = z.infer<typeof LineProtocol>;

/**
 * Where the line leaves the box: a serial port by a name that stays (`/dev/serial/by-id/…`), or a device or serial server
 * behind a socket (`tcp://192.168.50.10:502`).
 */
export const LineDevice = z
  .string()
  .max(200)
  .regex(
    /^(?:\/dev\/(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._:+/-]*|tcp:\/\/(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]):\d{1,5})$/,
    'a line is /dev/… or tcp://host:port',
  );

export const SerialSettings = z.strictObject({
  baudRate: z.number().int().min(50).max(4_000_000),
  parity: z.enum(['none', 'even', 'odd']),
  stopBits: z.union([z.literal(1), z.literal(2)]),
});
export type SerialSettings = z.infer<typeof SerialSettings>;

export const LineMessages = z.enum(['none', 'read', 'write']);
export type LineMessages = z.infer<typeof LineMessages>;

/** A rule in the words of the line's protocol. */
export const LineRule = z.looseObject({ id: Name });
export type LineRule = z.infer<typeof LineRule>;

/** A firewall drawn between the line and a VM. Nothing matching = denied. */
export const LineGuard = z.strictObject({ firewall: Name, rules: z.array(LineRule).max(1024) });
export type LineGuard = z.infer<typeof LineGuard>;

/** One VM's virtual port on the line. */
export const LinePort = z.strictObject({
  vm: addressOf('vm'),
  tenant: Name,
  /** From the line to the VM; all must accept. Empty = everything passes. */
  guards: z.array(LineGuard).max(8),
});
export type LinePort = z.infer<typeof LinePort>;

export const LineSpec = z.strictObject({
  protocol: LineProtocol,
  device: LineDevice,
  /** Only of a serial port. */
  serial: SerialSettings.optional(),
  /** How long a device may take to answer, in ms. */
  answerMs: z.number().int().min(10).max(60_000),
  /** What messages of the flow may ask of it, beside the VMs. */
  messages: LineMessages,
  /** Sorted by VM. */
  ports: z.array(LinePort),
});
export type LineSpec = z.infer<typeof LineSpec>;
