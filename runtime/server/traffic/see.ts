// From what an agent tells of its lines to what browsers get: frames in the words of their protocol, long ones cut. Pure.
import type { Address, Name } from '../../model/address.ts';
import type { TrafficTick } from '../../model/line-figures.ts';
import type { LineFrame } from '../../model/line-frame.ts';
import type { SeenFrame, SeenLine, SeenTraffic } from '../../model/seen-traffic.ts';
import { WORDS } from '../../protocols/catalog.ts';
import type { ProtocolWords } from '../../protocols/words.ts';

/** Of a frame or an answer; the longest of Modbus has 508, of CAN 144. */
const MOST_HEX_DIGITS = 600;
/** Of one value in words. */
const MOST_CHARACTERS = 200;
const MOST_VALUES = 16;
const MOST_DEPTH = 3;

/** Protocols of the lines of a gateway, as applied. */
export type LineProtocols = ReadonlyMap<Address<'line'>, Name>;

/** What browsers are told of a tick. */
export function seenTraffic(gateway: Name, tick: TrafficTick, protocols: LineProtocols): SeenTraffic {
  const lines = tick.lines.map(line => seenLine(line, protocols.get(line.line)));
  return { gateway, atMs: tick.atMs, lines, ...(tick.ports === undefined ? {} : { ports: tick.ports }) };
}

function seenLine({ line, figures, frames, lost }: TrafficTick['lines'][number], protocol: Name | undefined): SeenLine {
  const words = protocol === undefined ? undefined : WORDS[protocol];
  return {
    ...{ line, state: figures.state, ends: figures.ends, lost },
    ...(protocol === undefined ? {} : { protocol }),
    ...(figures.why === undefined ? {} : { why: figures.why }),
    ...(figures.more === undefined ? {} : { more: short(figures.more, MOST_DEPTH) as Record<string, unknown> }),
    frames: frames.map(frame => seenFrame(frame, words)),
  };
}

function seenFrame(frame: LineFrame, words: ProtocolWords | undefined): SeenFrame {
  const { answer } = frame;
  return {
    ...frame,
    frame: frame.frame.slice(0, MOST_HEX_DIGITS),
    ...(answer === undefined ? {} : { answer: answer.slice(0, MOST_HEX_DIGITS) }),
    words: words === undefined ? {} : (short(meaning(words, frame), MOST_DEPTH) as SeenFrame['words']),
  };
}

/** What came over a line may be anything: what nobody understands is shown as its bytes. */
function meaning(words: ProtocolWords, frame: LineFrame): unknown {
  try {
    return words.describe(frame);
  } catch {
    return {};
  }
}

/** Plain JSON of bounded size. */
function short(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return cut(Buffer.from(value.subarray(0, MOST_CHARACTERS)).toString('hex'));
  if (typeof value !== 'object') return undefined;
  if (depth === 0) return '…';
  if (Array.isArray(value)) {
    const kept = value.slice(0, MOST_VALUES).map(each => short(each, depth - 1));
    return value.length > MOST_VALUES ? [...kept, '…'] : kept;
  }
  const kept = Object.entries(value).slice(0, MOST_VALUES);
  return Object.fromEntries(kept.map(([key, each]) => [cut(key), short(each, depth - 1)]));
}

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
