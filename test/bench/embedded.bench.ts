// The embedded back end: how soon its guests answer, what frames cost in its switch, and how late it makes the event loop.
import { answeringFigures } from './guests/answering.ts';
import { delayFigures } from './guests/loop-delay.ts';
import type { Bench } from './harness.ts';
import { costFigures } from './paths/costs.ts';

export const bench: Bench = {
  what: 'guests from Apply to answer, frames through the switch, delay of the event loop (needs root)',
  label: 'emulated',
  async run(note) {
    return [...(await costFigures(note)), ...(await answeringFigures(note)), ...(await delayFigures(note))];
  },
};
