// Answers any message with fresh plans: what would change, as data and in words.
import { hasErrors } from '../../runtime/model/diagnostic.ts';
import type { Plan } from '../../runtime/model/plan.ts';
import type { PlatformPort } from '../../runtime/platform/platform-port.ts';
import type { StartBehaviour } from '../behaviour.ts';

export const start: StartBehaviour = world => ({
  async input(message) {
    world.status({ fill: 'blue', shape: 'ring', text: 'planning' });
    refuseFaulty(world.platform);
    const plans = await world.platform.refresh(world.gateway);
    const steps = plans.reduce((sum, plan) => sum + plan.steps.length, 0);
    world.status(steps === 0 ? { fill: 'green', shape: 'dot', text: 'nothing to do' } : planned(steps));
    return { ...message, payload: { plans, text: textOf(world.platform, plans) } };
  },
});

/** A design with errors is saved but has no plan. */
function refuseFaulty(platform: PlatformPort): void {
  const { diagnostics } = platform.state();
  if (!hasErrors(diagnostics)) return;
  const count = diagnostics.filter(diagnostic => diagnostic.severity === 'error').length;
  throw new Error(`the drawing has ${count} error${count === 1 ? '' : 's'}; mend what the Gatewright sidebar lists`);
}

function planned(steps: number) {
  return { fill: 'grey', shape: 'ring', text: `${steps} step${steps === 1 ? '' : 's'} planned` } as const;
}

/** The same words as in the sidebar and on the command line. */
function textOf(platform: PlatformPort, plans: readonly Plan[]): string {
  const names = new Set(plans.map(plan => plan.gateway));
  const gateways = platform.state().gateways.filter(gateway => names.has(gateway.name));
  return gateways.flatMap(gateway => gateway.planText ?? []).join('\n');
}
