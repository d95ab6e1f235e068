// A bus among ordinary nodes: answers a message with what a device on the line says, and tells what goes over the line to the
// ordinary nodes at its first output.
import { type Address, formatAddress } from '../../runtime/model/address.ts';
import type { LineFrame } from '../../runtime/model/line-frame.ts';
import { quoted } from '../../runtime/model/plain-text.ts';
import { WORDS } from '../../runtime/protocols/catalog.ts';
import type { ProtocolWords } from '../../runtime/protocols/words.ts';
import { type BehaviourWorld, type StartBehaviour, tapped } from '../behaviour.ts';

/** A gateway that is away, or a bus that is not applied yet, is tried again. */
const AGAIN_MS = 1_000;

export const start: StartBehaviour = world => {
  const { config, gateway, platform } = world;
  if (gateway === undefined)
    return {
      async input() {
        throw new Error('the bus has no gateway; choose one in its node');
      },
    };
  if (config.mode === 'passthrough')
    return {
      async input() {
        throw new Error('a VM owns the device of this bus, so no messages reach it; set its mode to shared');
      },
    };
  const line = formatAddress('line', gateway, String(config.name ?? ''));
  const words = WORDS[String(config.protocol)];
  if (words === undefined)
    return {
      async input() {
        throw new Error(`the bus has no protocol ${quoted(config.protocol)}; choose one in its node`);
      },
    };
  return {
    async input(message) {
      const question = words.question(message.payload);
      const answer = await platform.ask(line, question.request);
      return { ...message, payload: question.answer(answer), [words.name]: { line, ...question.words } };
    },
    close: listen(line, config.taps === 'batches' ? inBatches(words) : one(words), world),
  };
};

type Payload = Readonly<Record<string, unknown>>;
/** Payloads of the messages that tell of some frames. @param lost  how many could not be told */
type Telling = (frames: readonly LineFrame[], lost: number) => readonly (Payload | readonly Payload[])[];

/** A message for each frame. */
function one(words: ProtocolWords): Telling {
  return (frames, lost) => [...frames.map(frame => heard(words, frame)), ...lossOf(lost)];
}

/** One message for all that came together; its payload is a list. */
function inBatches(words: ProtocolWords): Telling {
  const each = one(words);
  return (frames, lost) => (frames.length + lost > 0 ? [each(frames, lost) as readonly Payload[]] : []);
}

function heard(words: ProtocolWords, frame: LineFrame): Payload {
  const { atMs, end: from, refusedBy } = frame;
  return { atMs, from, ...words.describe(frame), ...(refusedBy === undefined ? {} : { refusedBy }) };
}

function lossOf(lost: number): readonly Payload[] {
  return lost > 0 ? [{ lost }] : [];
}

/** Listens as long as the node lives and somebody wants to hear. @returns how to stop */
function listen(line: Address<'line'>, telling: Telling, world: BehaviourWorld): () => void {
  const { platform, tapped: wanted, send } = world;
  let stop = () => {};
  let closed = false;
  const attempt = async () => {
    if (!wanted()) return;
    try {
      const tap = await platform.tap(line, (frames, lost) => {
        for (const payload of telling(frames, lost)) send({ ...tapped(line), topic: line, payload });
      });
      if (closed) tap.close();
      stop = tap.close;
      await tap.ended;
    } catch {
      // Away or not there yet; its status says so.
    }
    again();
  };
  const again = () => {
    if (closed) return;
    const timer = setTimeout(() => void attempt(), AGAIN_MS);
    stop = () => clearTimeout(timer);
  };
  again(); // not at once: the nodes it is wired to are not made yet
  return () => {
    closed = true;
    stop();
  };
}
