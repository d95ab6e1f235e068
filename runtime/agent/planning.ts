// Checks a design, observes, and plans one against the other. Changes nothing.
import { z } from 'zod';
import { GatewayDesign } from '../model/design.ts';
import { GatewrightError } from '../model/errors.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';
import { plan as makePlan } from '../plan/plan.ts';
import type { Backend } from './backend.ts';
import { bounded } from './bounded.ts';
import type { AgentOptions, Limits } from './options.ts';

const NEVER = new AbortController().signal;

export class Planning {
  readonly #options: Pick<AgentOptions, 'gateway' | 'backend'>;
  readonly #backend: Backend;
  readonly #limits: Pick<Limits, 'observeMs' | 'graceMs'>;
  readonly #now: () => number;

  constructor(
    options: Pick<AgentOptions, 'gateway' | 'backend'>,
    backend: Backend,
    limits: Pick<Limits, 'observeMs' | 'graceMs'>,
    now: () => number,
  ) {
    this.#options = options;
    this.#backend = backend;
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Re-validates a design, whoever sent it.
   * @throws GatewrightError GW_AGENT_REQUEST, GW_DESIGN_FOREIGN, GW_KIND_UNSUPPORTED
   */
  check(design: unknown): GatewayDesign {
    const parsed = GatewayDesign.safeParse(design);
    if (!parsed.success)
      throw new GatewrightError(
        'GW_AGENT_REQUEST',
        `the design does not have the right shape: ${z.prettifyError(parsed.error).slice(0, 500)}`,
      );
    this.#checkOwner(parsed.data);
    for (const resource of Object.values<Resource>(parsed.data.resources)) this.#backend.handle(resource.kind);
    return parsed.data;
  }

  /**
   * Looks at everything of ours.
   * @param generation  the generation that is complete
   * @throws GatewrightError GW_HOST_TIMEOUT, and whatever a driver throws
   */
  async observe(generation: number, cancel: AbortSignal = NEVER): Promise<Observed> {
    const { observeMs: timeoutMs, graceMs } = this.#limits;
    const late = () =>
      new GatewrightError('GW_HOST_TIMEOUT', `observing took over ${timeoutMs / 1000} s; look what hangs on the host`);
    const resources = await bounded(signal => this.#backend.observe(signal), { timeoutMs, graceMs, cancel, late });
    return { gateway: this.#options.gateway, generation, atMs: this.#now(), resources };
  }

  /** @throws GatewrightError GW_BACKEND_LACKS when the design uses what the drivers cannot do here */
  plan(design: GatewayDesign, observed: Observed): Plan {
    const { facts, label } = this.#backend;
    const { plan, diagnostics } = makePlan({ design, observed, facts, label });
    const errors = diagnostics.filter(diagnostic => diagnostic.severity === 'error');
    if (errors.length === 0) return plan;
    throw new GatewrightError(
      'GW_BACKEND_LACKS',
      errors.map(({ summary, remedy }) => `${summary} ${remedy}`).join(' '),
    );
  }

  #checkOwner({ gateway }: GatewayDesign): void {
    const { gateway: name, backend } = this.#options;
    if (gateway.name !== name)
      throw new GatewrightError('GW_DESIGN_FOREIGN', `the design is for ${gateway.name}, this is the agent of ${name}`);
    if (gateway.backend !== backend)
      throw new GatewrightError(
        'GW_DESIGN_FOREIGN',
        `the design wants back end ${gateway.backend}, this agent runs ${backend}; correct the gateway node`,
      );
  }
}
