// What can be said to `gatewright capture`.
import type { NamedGatewayOption } from './named-gateway.ts';
import type { RecorderOption } from './recorder.ts';

export interface CaptureOption extends NamedGatewayOption, RecorderOption {
  /** Absent = pcapng. */
  readonly format: string;
  /** `device`, `messages`, or a VM; absent = all ends. */
  readonly end?: string;
  readonly direction?: string;
  /** Bytes of each frame, of cards only; absent = all. */
  readonly snaplen?: string;
}
