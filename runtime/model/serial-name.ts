// Which adapter the path of a serial port means. A number such as /dev/ttyUSB0 goes to whichever adapter was found first, so
// after the next start it may be another device.
import type { Code } from './codes.ts';

/** Numbered in the order of plugging in. Ports of the board, ttyS and ttyAMA, are numbered by their place. */
export const NUMBERED_PORT = /^\/dev\/tty(USB|ACM|XRUSB|WCHUSB)\d+$/;

/** What is to be said of a port in a drawing: the facts of a warning, without its place. */
export interface PortFinding {
  readonly code: Extract<Code, `GW_SERIAL_${string}`>;
  readonly summary: string;
  readonly remedy: string;
}

/** @param names  that stay, the best first, when the gateway was asked @returns `undefined` when the name stays */
export function portFinding(path: string, names: readonly string[] = []): PortFinding | undefined {
  if (!NUMBERED_PORT.test(path)) return undefined;
  const [better] = names;
  return {
    code: 'GW_SERIAL_UNSTABLE',
    summary: `${path} may be another adapter after the next start or when adapters are plugged in again.`,
    remedy:
      better === undefined
        ? 'Choose its name below /dev/serial/by-id, or below /dev/serial/by-path when two adapters are alike.'
        : `Write ${better} instead.`,
  };
}
