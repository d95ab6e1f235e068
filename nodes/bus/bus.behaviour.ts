// A bus among ordinary nodes: answers a message with what a device on the line says, and tells what goes over the line to the
// ordinary nodes at its first output.
import { type Address, formatAddress } from '../../runtime/model/address.ts';
import type { LineFrame } from '../../runtime/model/line-frame.ts';
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
  const line = formatAddress('line', gateway, String(config.name ?? ''));
  // The name of a protocol begins with its folder.
  const words = WORDS[String(config.protocol).split('-')[0] ?? ''];
  if (words === undefined)
    return {
      async input() {
        throw new Error(`the bus has no protocol ${config.protocol}; choose one in its node`);
      },
    };
  return {
    async input(message) {
      const question = words.question(message.payload);
      const answer = await platform.ask(line, question.request);
      return { ...message, payload: question.answer(answer), [words.name]: { line, ...question.words } };
    },
    close: listen(line, words, world),
  };
};

function heard(words: ProtocolWords, frame: LineFrame): Readonly<Record<string, unknown>> {
  const { atMs, end: from, refusedBy } = frame;
  return { atMs, from, ...words.describe(frame), ...(refusedBy === undefined ? {} : { refusedBy }) };
}

/** Listens as long as the node lives and somebody wants to hear. @returns how to stop */
function listen(line: Address<'line'>, words: ProtocolWords, world: BehaviourWorld): () => void {
  const { platform, tapped: wanted, send } = world;
  let stop = () => {};
  let closed = false;
  const attempt = async () => {
    if (!wanted()) return;
    try {
      const tap = await platform.tap(line, (frames, lost) => {
        for (const frame of frames) send({ ...tapped(line), topic: line, payload: heard(words, frame) });
        if (lost > 0) send({ ...tapped(line), topic: line, payload: { lost } });
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
