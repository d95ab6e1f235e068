// What going back would do, over HTTP: seen before it is asked for.
import { noticesOf } from '../plan/notices.ts';
import type { AddRoute } from './add-route.ts';
import type { PlatformPort } from './platform-port.ts';
import { GatewayRequest, parse } from './router-requests.ts';

/** GET /way-back?gateway=NAME gives {plan, notices}: what a rollback would do now, and what people would notice of it. */
export function addWayBack(platform: PlatformPort, { get }: AddRoute): void {
  get('/way-back', 'gatewright.read', async ({ query }) => {
    const plan = await platform.wayBack(parse(GatewayRequest, query).gateway);
    return { plan, notices: noticesOf(plan) };
  });
}
