// Carries out an approved plan and shows its progress. A result that is not the wished one is an error, so that Catch works.
import type { Outcome } from '../../runtime/model/events.ts';
import type { ApplyCommand } from '../../runtime/platform/platform-port.ts';
import type { BehaviourWorld, StartBehaviour } from '../behaviour.ts';
import type { RuntimeStatus } from '../runtime-api.ts';
import { type ApplyOrder, readOrder } from './apply.command.ts';

interface GatewayResult {
  readonly gateway: string;
  readonly outcome: Outcome;
  readonly generation: number;
  readonly message: string;
}

const LOOK: Readonly<Record<Outcome, Pick<RuntimeStatus, 'fill' | 'shape'>>> = {
  applied: { fill: 'green', shape: 'dot' },
  'rolled-back': { fill: 'green', shape: 'ring' },
  cancelled: { fill: 'grey', shape: 'ring' },
  failed: { fill: 'red', shape: 'ring' },
};

export const start: StartBehaviour = world => {
  const stopWatching = world.platform.onEvent(event => {
    if (world.gateway !== undefined && event.gateway !== world.gateway) return;
    if (event.type === 'step-done')
      world.status({ fill: 'blue', shape: 'ring', text: `step ${event.done} of ${event.steps}` });
    // Also what the sidebar or another node has begun comes to an end here.
    if (event.type === 'apply-ended') world.status({ ...LOOK[event.outcome], text: event.outcome });
  });
  return {
    async input(message) {
      const order = readOrder(message.payload, world.gateway, world.platform.state());
      const results = await carryOut(world, order);
      const reply = { ...message, payload: { action: order.action, results } };
      const failed = results.find(result => result.outcome !== wishedOutcome(order));
      if (failed !== undefined) {
        message.payload = reply.payload;
        throw new Error(`${failed.gateway}: ${failed.outcome}. ${failed.message}`);
      }
      world.status({ fill: 'green', shape: 'dot', text: wishedOutcome(order) });
      return reply;
    },
    close: stopWatching,
  };
};

function wishedOutcome(order: ApplyOrder): Outcome {
  if (order.action === 'apply') return 'applied';
  return order.action === 'rollback' ? 'rolled-back' : 'cancelled';
}

/** Gateways one after the other: when one fails, the next is left as it is. */
async function carryOut(world: BehaviourWorld, order: ApplyOrder): Promise<GatewayResult[]> {
  const results: GatewayResult[] = [];
  if (order.action === 'cancel') for (const gateway of order.gateways) world.platform.cancel(gateway, world.user);
  if (order.action === 'rollback')
    for (const gateway of order.gateways)
      results.push({ gateway, ...(await world.platform.rollback(gateway, world.user)) });
  if (order.action === 'apply')
    for (const { gateway, hash } of order.plans) {
      world.status({ fill: 'blue', shape: 'ring', text: 'applying' });
      const result = { gateway, ...(await world.platform.apply(commandOf(world, gateway, hash), world.user)) };
      results.push(result);
      if (result.outcome !== 'applied') break;
    }
  return results;
}

function commandOf(world: BehaviourWorld, gateway: string, planHash: string): ApplyCommand {
  return { gateway, planHash, onFailure: world.config.onFailure === 'rollback' ? 'rollback' : 'stop' };
}
