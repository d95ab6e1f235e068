// Design × Observed × facts → Plan. Pure: the same input gives the same plan, byte for byte. Drift is this with nothing
// applied; there is no other comparison anywhere.
import { hashOf } from '../model/canonical.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { DriverFacts } from '../model/driver.ts';
import type { BackendLabel } from '../model/gateway.ts';
import type { Observed } from '../model/observed.ts';
import { type Impact, PLAN_VERSION, type Plan, type PlannedDriver, type Step } from '../model/plan.ts';
import { draftActions } from './actions.ts';
import { type Draft, stepId } from './draft.ts';
import type { Ordered } from './edges.ts';
import { type FactsByKind, factsByKind } from './facts.ts';
import { observedHash, sealPlan } from './hash.ts';
import { impactForecast } from './impact.ts';
import { findLacks } from './lacks.ts';
import { compareText } from './layers.ts';
import { orderDrafts } from './order.ts';
import { reasonOf } from './reason.ts';
import { tenantOf } from './references.ts';

export interface PlanInput {
  /** What shall be on this gateway. */
  readonly design: GatewayDesign;
  /** What is there now. */
  readonly observed: Observed;
  /** What the gateway's drivers can do. */
  readonly facts: readonly DriverFacts[];
  readonly label: BackendLabel;
}

export interface Planned {
  readonly plan: Plan;
  /** A plan with an error among these is for reading only: it cannot be applied. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Plans what has to happen so that what is becomes what shall be. Without steps exactly when both are equal.
 * @throws GatewrightError GW_PLAN_CYCLE when the design's resources need each other in a circle
 */
export function plan({ design, observed, facts, label }: PlanInput): Planned {
  const byKind = factsByKind(facts);
  const drafts = draftActions(design, observed, byKind);
  const forecast = impactForecast(drafts, observed, byKind);
  const steps = orderDrafts(drafts, design, observed).map(ordered => stepOf(ordered, forecast, byKind));
  const drivers = chosenDrivers(steps, facts);
  const sealed = sealPlan({
    version: PLAN_VERSION,
    gateway: design.gateway.name,
    label,
    ...(drivers.length === 0 ? {} : { drivers }),
    generation: { from: observed.generation, to: observed.generation + 1 },
    designHash: hashOf(design),
    observedHash: observedHash(observed),
    steps,
  });
  return { plan: sealed, diagnostics: findLacks(design, byKind) };
}

/** What somebody who approves wants to know: which of several ways was taken, and why. */
function chosenDrivers(steps: readonly Step[], facts: readonly DriverFacts[]): readonly PlannedDriver[] {
  const kinds = new Set(steps.map(step => step.kind));
  return facts.flatMap(({ kind, driver, label, because }) =>
    because === undefined || !kinds.has(kind) ? [] : [{ kind, driver, label, because }],
  );
}

function stepOf({ draft, needs }: Ordered, forecast: (draft: Draft) => Impact, facts: FactsByKind): Step {
  const { action, address, kind, resource, observed, changes, was } = draft;
  const tenant = tenantOf(resource ?? observed ?? { spec: {} });
  return {
    id: stepId(draft),
    action,
    address,
    kind,
    ...(tenant === undefined ? {} : { tenant }),
    changes: action === 'update' ? changes : changes.map(({ how: _how, ...change }) => change),
    needs: needs.map(stepId).sort(compareText),
    impact: forecast(draft),
    reason: reasonOf(draft, facts),
    ...(was === undefined ? {} : { was }),
    ...(resource === undefined ? {} : { source: resource.source }),
  };
}
