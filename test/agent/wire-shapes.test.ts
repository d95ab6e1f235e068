// What goes over the socket is what the model says: the compiler refuses this file when a field is missing on one side.
import assert from 'node:assert/strict';
import type { z } from 'zod';
import {
  EventShape,
  InfoAnswer,
  ObservedAnswer,
  PlanAnswer,
  type StreamLine,
} from '../../runtime/agent/wire-shapes.ts';
import type { AgentInfo, ApplyResult } from '../../runtime/model/agent.ts';
import type { DriverFacts } from '../../runtime/model/driver.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import type { Observed, ObservedResource } from '../../runtime/model/observed.ts';
import type { FieldChange, Impact, Plan, Step } from '../../runtime/model/plan.ts';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type SameKeys<A, B> = Same<keyof A, keyof B>;
type PlanShape = z.infer<typeof PlanAnswer>;
type StepShape = PlanShape['steps'][number];
type Event<T, E> = Extract<E, { type: T }>;
type SameEvents<T> = T extends AgentEvent['type'] ? SameKeys<Event<T, Shape>, Event<T, AgentEvent>> : never;
type Shape = z.infer<typeof EventShape>;

const plan: SameKeys<PlanShape, Plan> = true;
const step: SameKeys<StepShape, Step> = true;
const impact: SameKeys<StepShape['impact'], Impact> = true;
const change: SameKeys<StepShape['changes'][number], FieldChange> = true;
const info: SameKeys<z.infer<typeof InfoAnswer>, AgentInfo> = true;
const facts: SameKeys<z.infer<typeof InfoAnswer>['facts'][number], DriverFacts> = true;
const observed: SameKeys<z.infer<typeof ObservedAnswer>, Observed> = true;
const resource: SameKeys<z.infer<typeof ObservedAnswer>['resources'][string], ObservedResource> = true;
const result: SameKeys<Extract<StreamLine, { type: 'result' }>['result'], ApplyResult> = true;
const eventTypes: Same<Shape['type'], AgentEvent['type']> = true;
const events: SameEvents<AgentEvent['type']> = true;

describe('the shapes on the socket', () => {
  it('have the fields of the model', () => {
    assert.ok([plan, step, impact, change, info, facts, observed, resource, result, eventTypes, events].every(Boolean));
  });

  it('refuse fields that the model does not have', () => {
    for (const shape of [PlanAnswer, InfoAnswer, ObservedAnswer])
      assert.match(shape.safeParse({ surprise: 1 }).error?.message ?? '', /surprise/);
    const alarm = { type: 'alarm', gateway: 'cell-7', atMs: 1, code: 'GW_BUG', message: '' };
    assert.ok(EventShape.safeParse(alarm).success);
    assert.ok(!EventShape.safeParse({ ...alarm, surprise: 1 }).success);
    assert.ok(!EventShape.safeParse({ ...alarm, code: 'GW_NEVER_HEARD_OF' }).success);
  });
});
