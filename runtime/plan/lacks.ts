// Compares what a design uses with what the drivers of a gateway can do. Findings are diagnostics at the drawn nodes.
import { parseAddress } from '../model/address.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { DriverFacts } from '../model/driver.ts';
import { hostPlacement } from '../model/placement.ts';
import type { Resource } from '../model/resource.ts';
import type { FactsByKind } from './facts.ts';
import { compareText } from './layers.ts';

/** Everything of the design that the back end cannot do, or only less well, and needs that point nowhere. */
export function findLacks(design: GatewayDesign, facts: FactsByKind): readonly Diagnostic[] {
  const resources = Object.values(design.resources).sort((a, b) => compareText(a.address, b.address));
  return [
    ...resources.flatMap(resource => [
      ...lacksOf(resource, facts.get(resource.kind), design.gateway.backend),
      ...resource.needs.filter(need => design.resources[need] === undefined).map(need => needMissing(resource, need)),
    ]),
    ...misplaced(resources, facts.get('vm'), design.gateway.name),
  ];
}

/** VMs that want processors or memory that the driver did not find in the box. */
function misplaced(resources: readonly Resource[], facts: DriverFacts | undefined, gateway: string) {
  const vms = resources.filter((resource): resource is Resource<'vm'> => resource.kind === 'vm');
  return facts?.compute === undefined ? [] : hostPlacement(vms, facts.compute, gateway);
}

function lacksOf(resource: Resource, facts: DriverFacts | undefined, backend: string): readonly Diagnostic[] {
  if (facts === undefined) return [lacking(resource, `needs a ${resource.kind}, which no driver of ${backend} makes`)];
  const lacks = Object.entries(facts.lacks)
    .filter(([feature]) => feature === '*' || uses(resource.spec, feature))
    .map(([feature, why]) =>
      lacking(
        resource,
        `uses ${feature === '*' ? `a ${resource.kind}` : feature}, which ${facts.driver} lacks: ${why}`,
      ),
    );
  return [...lacks, ...tooMuch(resource, facts)];
}

function tooMuch(resource: Resource, facts: DriverFacts): readonly Diagnostic[] {
  const spec = resource.spec as Readonly<Record<string, unknown>>;
  return Object.entries(facts.limits ?? {}).flatMap(([field, { most, why }]) => {
    const value = spec[field];
    const wanted = Array.isArray(value) ? value.length : value;
    if (typeof wanted !== 'number' || wanted <= most) return [];
    return [lacking(resource, `has ${field} ${wanted}, and ${facts.driver} has at most ${most}: ${why}`)];
  });
}

function lacking(resource: Resource, fact: string): Diagnostic {
  const gateway = parseAddress(resource.address)?.gateway;
  return {
    severity: 'error',
    code: 'GW_BACKEND_LACKS',
    summary: `${nameOf(resource)} ${fact}.`,
    remedy: `Change it in the drawing, or mend ${gateway} and plan again.`,
    source: resource.source,
  };
}

function needMissing(resource: Resource, need: string): Diagnostic {
  return {
    severity: 'error',
    code: 'GW_PLAN_NEED_MISSING',
    summary: `${nameOf(resource)} needs ${need}, which the design does not have.`,
    remedy: 'Deploy the drawing again, so that it is compiled anew.',
    source: resource.source,
  };
}

function nameOf(resource: Resource): string {
  return resource.source.label ?? resource.address;
}

/** Fields whose value is a choice, so that the value itself is a feature. Names chosen by users never are. */
const CHOICES = new Set(['by', 'firmware', 'mode', 'watchdog', 'protocol', 'role', 'direction', 'action']);

/** Whether a spec uses a feature anywhere: a field of that name that is switched on, or a choice of that value. */
function uses(value: unknown, feature: string): boolean {
  if (Array.isArray(value)) return value.some(item => uses(item, feature));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([field, item]) =>
      (field === feature && isOn(item)) || (CHOICES.has(field) && item === feature) || uses(item, feature),
  );
}

function isOn(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== false && value !== '' && value !== 'none';
}
