// Reads what a message asks an apply node to do. Strict: a message that does not say which plan it approves is refused.
import { z } from 'zod';
import type { PlatformState } from '../../runtime/platform/platform-port.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Payload = z.object({
  action: z.enum(['apply', 'cancel', 'rollback']).default('apply'),
  gateway: z.string().max(100).optional(),
  /** Hash of the approved plan, or `latest` for whatever is planned now. */
  planHash: z.union([Hash, z.literal('latest')]).optional(),
  /** As a plan node sends them. */
  plans: z
    .array(z.looseObject({ gateway: z.string().max(100), hash: Hash }))
    .max(1000)
    .optional(),
});

export type ApplyOrder =
  | { readonly action: 'cancel' | 'rollback'; readonly gateways: readonly string[] }
  | { readonly action: 'apply'; readonly plans: readonly { readonly gateway: string; readonly hash: string }[] };

/**
 * @param payload  `msg.payload`
 * @param gateway  the gateway the node is set to; `undefined` = all
 * @throws Error that says what the message must hold
 */
export function readOrder(payload: unknown, gateway: string | undefined, state: PlatformState): ApplyOrder {
  const parsed = Payload.safeParse(typeof payload === 'object' && payload !== null ? payload : {});
  if (!parsed.success)
    throw new Error(`msg.payload.${parsed.error.issues[0]?.path.join('.')} does not fit; see the help`);
  const { action, planHash, plans } = parsed.data;
  const wanted = gateway ?? parsed.data.gateway;
  if (action !== 'apply') return { action, gateways: wanted === undefined ? namesOf(state) : [wanted] };
  if (planHash !== undefined) return { action, plans: approvedByHash(planHash, wanted, state) };
  const approved = (plans ?? []).filter(plan => wanted === undefined || plan.gateway === wanted);
  if (approved.length > 0) return { action, plans: approved };
  throw new Error('the message approves no plan; put a plan hash or "latest" into msg.payload.planHash');
}

function namesOf(state: PlatformState): readonly string[] {
  return state.gateways.map(gateway => gateway.name);
}

function approvedByHash(planHash: string, wanted: string | undefined, state: PlatformState) {
  const planned = state.gateways.flatMap(({ name, plan }) =>
    plan === undefined ? [] : [{ gateway: name, hash: plan.hash }],
  );
  const candidates = planned.filter(plan => wanted === undefined || plan.gateway === wanted);
  if (planHash === 'latest' && candidates.length > 0) return candidates;
  if (planHash === 'latest') throw new Error('there is no plan yet; deploy a drawing without errors first');
  const known = candidates.find(plan => plan.hash === planHash);
  if (known !== undefined) return [known];
  // Let the platform say that the plan is stale, when it is clear which gateway was meant.
  if (wanted !== undefined) return [{ gateway: wanted, hash: planHash }];
  throw new Error('no gateway has a plan with this hash any more; plan again and approve the new one');
}
