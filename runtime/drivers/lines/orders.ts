// What the driver and the process of lines tell each other: orders one way, reports the other. Bytes of requests are in base64.
// Both are of one version, on one machine and of one user; what comes is checked all the same.
import { z } from 'zod';
import { addressOf } from '../../model/address.ts';
import { MOST_ASKED_BYTES } from '../../model/agent.ts';
import { CODES, type Code } from '../../model/codes.ts';
import { LineSpec } from '../../model/kinds/line.ts';
import { FiguresShape, FrameShape, LogEntryShape, TickShape } from '../../model/line-shapes.ts';

const LineAddress = addressOf('line');
/** Chosen by the driver; names what is reported on. */
const Id = z.number().int().min(1);
const Count = z.number().int().min(0);

export const Order = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('put'), id: Id, address: LineAddress, spec: LineSpec, was: LineAddress.optional() }),
  z.strictObject({ do: z.literal('drop'), id: Id, address: LineAddress }),
  /** Opens what waits for a gate, for so many milliseconds; 0 closes it. */
  z.strictObject({ do: z.literal('gate'), id: Id, gate: addressOf('gate'), forMs: Count }),
  z.strictObject({
    do: z.literal('ask'),
    id: Id,
    address: LineAddress,
    request: z.base64().max(Math.ceil(MOST_ASKED_BYTES / 3) * 4),
  }),
  /** What every line is and has counted. */
  z.strictObject({ do: z.literal('look'), id: Id }),
  /** Frames are reported under the id of the order, until it is stopped or the line has gone. */
  z.strictObject({ do: z.literal('tap'), id: Id, address: LineAddress }),
  z.strictObject({ do: z.literal('traffic'), id: Id }),
  /** Ends a tap or the traffic. */
  z.strictObject({ do: z.literal('stop'), id: Id }),
]);
export type Order = z.infer<typeof Order>;

const LookShape = z.strictObject({
  address: LineAddress,
  /** Half of what is drawn when it could not be made. */
  spec: LineSpec.partial(),
  figures: FiguresShape,
  log: z.array(LogEntryShape),
});
export type Look = z.infer<typeof LookShape>;

const KnownCode = z.custom<Code>(value => typeof value === 'string' && Object.hasOwn(CODES, value), 'expected a code');

export const Report = z.discriminatedUnion('is', [
  /** The process is ready to take orders. */
  z.strictObject({ is: z.literal('ready') }),
  /** An order was carried out. */
  z.strictObject({ is: z.literal('done'), id: Id }),
  z.strictObject({ is: z.literal('answered'), id: Id, answer: z.base64() }),
  z.strictObject({ is: z.literal('seen'), id: Id, lines: z.array(LookShape) }),
  z.strictObject({ is: z.literal('failed'), id: Id, code: KnownCode, message: z.string() }),
  z.strictObject({ is: z.literal('frames'), id: Id, frames: z.array(FrameShape), lost: Count }),
  z.strictObject({ is: z.literal('tick'), tick: TickShape }),
  /** There is nothing more to hear on a tap. */
  z.strictObject({ is: z.literal('ended'), id: Id }),
]);
export type Report = z.infer<typeof Report>;
