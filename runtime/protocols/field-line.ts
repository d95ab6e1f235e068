// A field line that is open: what the process that runs lines asks of a protocol, and what it lends to it. A folder of a protocol
// that has lines exports one in its `field-line.ts`. Knows no protocol.
import type { Address } from '../model/address.ts';
import type { LineMessages, LineSettings } from '../model/kinds/line.ts';
import type { LineFigures, LineLogEntry } from '../model/line-figures.ts';
import type { LineFrame } from '../model/line-frame.ts';
import type { Secrets } from '../model/secrets.ts';
import type { LivePort } from './held-port.ts';

/** Who listens to a line. When nobody does, nothing needs to be put together. */
export interface LineEars {
  readonly any: boolean;
  tell(frame: LineFrame): void;
  /** Frames that were there and could not be told. */
  lost(count: number): void;
}

export interface LineWorld {
  /** Unix time in ms. */
  readonly now: () => number;
  readonly secrets: Secrets;
  readonly ears: LineEars;
  log(entry: LineLogEntry): void;
  /** Unix stream socket that leads to the serial port of a VM. It may be there later, go, and come back; keep it open. */
  socketOf(vm: Address<'vm'>): string;
}

export interface FieldLine {
  /**
   * Makes its ports equal to these. Ports that stay notice nothing; rules change between two frames and keep their counters.
   * @throws GatewrightError GW_LINE_RULE; nothing has changed then
   */
  change(ports: readonly LivePort[]): Promise<void>;
  /** Asks or says something for the messages of the flow. @param may  never `none` @throws GatewrightError GW_LINE_MESSAGES, and its own */
  ask(request: Uint8Array, may: Exclude<LineMessages, 'none'>): Promise<Uint8Array>;
  figures(): LineFigures;
  /** Gives everything back. Resolves when it is free. Never rejects. */
  close(): Promise<void>;
}

export interface FieldProtocol {
  /** The folder of the protocol. */
  readonly name: string;
  /**
   * Opens a line, and keeps it open while its device comes and goes: a device that is not there is no error.
   * @param settings  as the declaration has them
   * @throws GatewrightError when the settings are none
   */
  open(settings: LineSettings, world: LineWorld): Promise<FieldLine>;
}
