// What people decide about drift, over HTTP: take it over into the drawing, let it stand until a date, end that, or restore it
// alone.
import { z } from 'zod';
import { AnyAddress, Name } from '../model/address.ts';
import { type Drifted, MOST_FIELD_CHARACTERS, MOST_REASON_CHARACTERS } from '../model/drift.ts';
import { GatewrightError } from '../model/errors.ts';
import type { NodeType } from '../model/node-type.ts';
import { noticesOf } from '../plan/notices.ts';
import type { AddRoute } from './add-route.ts';
import { adopt } from './adopt/adopt.ts';
import { isAt } from './drift-place.ts';
import type { PlatformPort } from './platform-port.ts';
import { ApplyRequest, MOST_DRAWING_BYTES, parseBody } from './router-requests.ts';

const Place = z.strictObject({ gateway: Name, address: AnyAddress, field: z.string().max(MOST_FIELD_CHARACTERS) });
const Except = z.strictObject({
  ...Place.shape,
  /** Unix time in ms. */
  untilMs: z.number().int().positive(),
  reason: z.string().trim().min(1, 'say why').max(MOST_REASON_CHARACTERS),
});
const Restore = z.strictObject({ ...Place.shape, planHash: ApplyRequest.shape.planHash });
const Adopt = z.strictObject({ ...Place.shape, flow: z.array(z.unknown()) });

/**
 * Routes: POST /drift/adopt {gateway, address, field, flow} gives {edit}, a `FieldEdit` of that flow, and changes nothing; POST
 * /drift/plan {gateway, address, field} gives {plan, notices} that brings back nothing else, which POST /drift/restore {gateway, address,
 * field, planHash} applies; POST /drift/except {gateway, address, field, untilMs, reason} and /drift/end {gateway, address, field}.
 */
export function addDrift(platform: PlatformPort, nodeTypes: readonly NodeType[], { post }: AddRoute): void {
  const adoption = async (request: Parameters<Parameters<AddRoute['post']>[2]>[0]) => {
    const { gateway, flow, ...place } = parseBody(Adopt, request);
    const drifted = driftOf(platform, gateway);
    const wanted = drifted.find(one => isAt(one, place));
    if (wanted === undefined)
      throw new GatewrightError(
        'GW_DRIFT_UNKNOWN',
        `${place.address} does not differ there any more; look at the drift again`,
      );
    return { edit: adopt(flow, nodeTypes, { wanted, drifted, observed: await platform.observe(gateway) }) };
  };
  post('/drift/adopt', 'gatewright.plan', adoption, MOST_DRAWING_BYTES);
  post('/drift/except', 'gatewright.apply', async (request, user) => {
    const { gateway, ...wish } = parseBody(Except, request);
    await platform.excepting(gateway, user).except(wish);
    return {};
  });
  post('/drift/plan', 'gatewright.plan', async (request, user) => {
    const { gateway, ...place } = parseBody(Place, request);
    const plan = await platform.excepting(gateway, user).planRestoring(place);
    return { plan, notices: noticesOf(plan) };
  });
  post('/drift/restore', 'gatewright.apply', async (request, user) => {
    const { gateway, planHash, ...place } = parseBody(Restore, request);
    return platform.excepting(gateway, user).restore(place, planHash);
  });
  post('/drift/end', 'gatewright.apply', async (request, user) => {
    const { gateway, ...place } = parseBody(Place, request);
    await platform.excepting(gateway, user).end(place);
    return {};
  });
}

function driftOf(platform: PlatformPort, gateway: Name): readonly Drifted[] {
  return platform.state().gateways.find(({ name }) => name === gateway)?.drifted ?? [];
}
