// Learning the rules of a line or of a network's firewall, over HTTP. It shows what a tap shows, so whoever may read may learn; what is learned becomes rules only
// when somebody draws them.
import { z } from 'zod';
import { addressOf, Name } from '../model/address.ts';
import type { AddRoute } from './add-route.ts';
import { LearningDesk } from './learning-desk.ts';
import type { Heard } from './learning-subject.ts';
import { parseBody } from './router-requests.ts';

/** A shift; what happens more seldom is drawn by hand. */
const MOST_SECONDS = 8 * 3_600;

const common = {
  refused: z.boolean().default(true),
  seconds: z.number().int().min(1).max(MOST_SECONDS),
};
const Start = z.union([
  z.strictObject({ line: addressOf('line'), ends: z.array(addressOf('vm')).max(256).default([]), ...common }),
  z.strictObject({ policy: addressOf('policy'), firewall: Name, ...common }),
]);
const Named = z.strictObject({ id: z.uuid() });

/**
 * Routes: POST /learn/start {line, ends, refused, seconds} or {policy, firewall, refused, seconds} gives {id}; POST /learn/look {id} and
 * /learn/stop {id} give a `Learned`.
 */
export function addLearning(platform: Heard, { post }: AddRoute): void {
  const desk = new LearningDesk(platform);
  post('/learn/start', 'gatewright.read', async request => ({ id: await desk.start(parseBody(Start, request)) }));
  post('/learn/look', 'gatewright.read', async request => desk.look(parseBody(Named, request).id));
  post('/learn/stop', 'gatewright.read', async request => desk.stop(parseBody(Named, request).id));
}
