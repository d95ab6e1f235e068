// What is under way when the kill comes, made from one drawn design so that every world runs the same. Pure.
import { emptyDesign, GatewayDesign } from '../../runtime/model/design.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import type { KillPoint } from './job.ts';
import type { PlacedJob } from './world.ts';

export interface Scenario {
  readonly name: string;
  /** Words for the matrix. */
  readonly what: string;
  /** Applied beforehand, one after the other. */
  readonly before: readonly GatewayDesign[];
  /** A kill that has happened before, in an apply of the job's design. */
  readonly killedBefore?: KillPoint;
  readonly job: PlacedJob;
  /** What has to be complete after a kill at a point and a restart; the first of several that the agent states. */
  readonly ends: (point: KillPoint) => readonly Expected[];
}

export interface Expected {
  readonly generation: number;
  readonly design: GatewayDesign;
}

/** Before the first write nothing was begun; from then on the restart completes what was begun. */
function begun(before: Expected, after: Expected): Scenario['ends'] {
  return ({ when, write }) => [when === 'before' && write === 1 ? before : after];
}

/** All scenarios of a design that has a VM. */
export function allScenarios(design: GatewayDesign): readonly Scenario[] {
  return [...scenariosOf(design), failingScenario(design)];
}

function scenariosOf(design: GatewayDesign): readonly Scenario[] {
  const none: Expected = { generation: 0, design: emptyDesign(design.gateway) };
  const first: Expected = { generation: 1, design };
  const edited: Expected = { generation: 2, design: edit(design) };
  const emptied: Expected = { generation: 2, design: emptyDesign(design.gateway) };
  const renamed: Expected = { generation: 2, design: renameVm(design) };
  const apply = (target: Expected): PlacedJob => ({ action: 'apply', design: target.design });
  return [
    {
      name: 'create',
      what: 'the first apply: everything is made',
      before: [],
      job: apply(first),
      ends: begun(none, first),
    },
    {
      name: 'update',
      what: 'an apply that changes VMs and policies',
      before: [design],
      job: apply(edited),
      ends: begun(first, edited),
    },
    {
      name: 'rename',
      what: 'an apply that renames a VM',
      before: [design],
      job: apply(renamed),
      ends: begun(first, renamed),
    },
    {
      name: 'remove',
      what: 'an apply of an empty drawing: everything goes',
      before: [design],
      job: apply(emptied),
      ends: begun(first, emptied),
    },
    {
      name: 'roll back',
      what: 'a rollback that a user asked for',
      before: [design, edited.design],
      job: { action: 'rollback', design },
      ends: begun(edited, first),
    },
    {
      name: 'recover',
      what: 'the recovery after a first kill in the middle of an apply',
      before: [],
      killedBefore: { when: 'after', write: 8 },
      // One step at a time: what was under way at the first kill would decide how much there is left to do.
      job: { action: 'start', design, parallel: 1 },
      ends: () => [first],
    },
  ];
}

/** An apply that fails and goes back by itself. */
function failingScenario(design: GatewayDesign): Scenario {
  const vm = Object.values<Resource>(design.resources).find(resource => resource.kind === 'vm');
  if (vm === undefined) throw new Error('the design has no VM that could fail');
  const none: Expected = { generation: 0, design: emptyDesign(design.gateway) };
  return {
    name: 'fail and go back',
    what: 'an apply whose step fails and that goes back by itself',
    before: [],
    // One step at a time: how many others were under way at the failure would decide how much there is to undo.
    job: { action: 'apply', design, onFailure: 'rollback', failAt: `create ${vm.address}`, parallel: 1 },
    // Killed before it has begun to go back, the restart goes forward; nothing fails then.
    ends: () => [none, { generation: 1, design }],
  };
}

/** More memory for every VM, one more port in every rule for TCP. */
function edit(design: GatewayDesign): GatewayDesign {
  const change = (resource: Resource): unknown => {
    if (resource.kind === 'vm') {
      const spec = resource.spec as Resource<'vm'>['spec'];
      return { ...resource, spec: { ...spec, memoryMiB: spec.memoryMiB + 32 } };
    }
    if (resource.kind !== 'policy') return resource;
    const spec = resource.spec as Resource<'policy'>['spec'];
    const links = spec.links.map(link => ({ ...link, rules: link.rules.map(openPort) }));
    return { ...resource, spec: { ...spec, links } };
  };
  return withResources(design, change);
}

type Rule = Resource<'policy'>['spec']['links'][number]['rules'][number];

function openPort(rule: Rule): Rule {
  return rule.protocol === 'tcp' ? { ...rule, ports: [...rule.ports, '1502'] } : rule;
}

/** The first VM gets another name; its ports keep theirs. */
function renameVm(design: GatewayDesign): GatewayDesign {
  let renamed = false;
  return withResources(design, resource => {
    if (resource.kind !== 'vm' || renamed) return resource;
    renamed = true;
    return { ...resource, address: `${resource.address}-new`, was: resource.address };
  });
}

function withResources(design: GatewayDesign, change: (resource: Resource) => unknown): GatewayDesign {
  const resources = Object.values<Resource>(design.resources).map(change) as Resource[];
  return GatewayDesign.parse({
    ...design,
    resources: Object.fromEntries(resources.map(resource => [resource.address, resource])),
  });
}
