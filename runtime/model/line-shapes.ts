// The shapes of what is heard and counted on lines, for those who get it from another process. Strict: what has other fields is
// not from this version.
import { z } from 'zod';
import { addressOf } from './address.ts';
import { MOST_TICK_FRAMES } from './line-figures.ts';
import { MOST_TOLD_PORTS, PortFiguresShape } from './port-figures.ts';

const Count = z.number().int().min(0);
const Text = z.string();
const Hex = z.string().regex(/^(?:[0-9a-f]{2})*$/, 'bytes in hex have two digits each');
const End = z.union([addressOf('vm'), z.literal('device'), z.literal('messages')]);
const Direction = z.enum(['in', 'out']);

export const FrameShape = z.strictObject({
  atMs: z.number(),
  end: End,
  direction: Direction,
  frame: Hex,
  answer: Hex.optional(),
  refusedBy: Text.optional(),
});

export const LogEntryShape = z.strictObject({
  atMs: z.number(),
  vm: addressOf('vm'),
  direction: Direction,
  firewall: Text,
  rule: Text,
  passed: z.boolean(),
  frame: Hex,
});

const Rule = z.strictObject({ id: Text, hits: Count, lastHit: z.number().optional(), over: Count });
const Wire = z.strictObject({ frames: Count, bytes: Count, denied: Count, dropped: Count, malformed: Count });

export const FiguresShape = z.strictObject({
  state: Text,
  why: Text.optional(),
  ends: z.array(
    z.strictObject({
      end: End,
      plugged: z.boolean().optional(),
      heldBy: z.array(addressOf('gate')).optional(),
      in: Wire,
      out: Wire,
      firewalls: z.array(z.strictObject({ firewall: Text, rules: z.array(Rule) })),
    }),
  ),
  more: z.record(z.string(), z.unknown()).optional(),
});

export const TickShape = z.strictObject({
  atMs: z.number(),
  lines: z.array(
    z.strictObject({
      line: addressOf('line'),
      figures: FiguresShape,
      frames: z.array(FrameShape).max(MOST_TICK_FRAMES),
      lost: Count,
    }),
  ),
  ports: z.array(PortFiguresShape).max(MOST_TOLD_PORTS).optional(),
});
