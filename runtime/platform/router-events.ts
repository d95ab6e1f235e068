// The log of events over HTTP, for whoever may read.
import { z } from 'zod';
import type { AddRoute } from './add-route.ts';
import { openEventLog } from './event-log.ts';
import type { PlatformPort } from './platform-port.ts';
import { parse } from './router-requests.ts';

const Since = z.union([
  z.strictObject({ run: z.uuid(), after: z.coerce.number().int().min(0) }),
  z.strictObject({}).transform(() => undefined),
]);

/** GET /events?run=RUN&after=NUMBER gives an `EventsPart`: what came after the `next` of an earlier answer; without both, all that is known. */
export function addEvents(platform: PlatformPort, { get }: AddRoute): void {
  const log = openEventLog(platform);
  get('/events', 'gatewright.read', async ({ query }) => log.since(parse(Since, query)));
}
