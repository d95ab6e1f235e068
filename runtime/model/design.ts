// What shall be. A design is plain JSON: printable, diffable, storable.
import { z } from 'zod';
import { type Address, Name, parseAddress } from './address.ts';
import { GatewaySpec, TenantSpec } from './gateway.ts';
import { AnyResource, type Resource } from './resource.ts';

export const DESIGN_VERSION = 1;

export interface Design {
  readonly version: typeof DESIGN_VERSION;
  readonly gateways: Readonly<Record<Name, GatewaySpec>>;
  readonly tenants: Readonly<Record<Name, TenantSpec>>;
  /** By address. */
  readonly resources: Readonly<Record<string, Resource>>;
}

/** The part of a design that one gateway's agent is handed. */
export const GatewayDesign = z
  .strictObject({
    version: z.literal(DESIGN_VERSION),
    gateway: GatewaySpec,
    tenants: z.record(Name, TenantSpec),
    resources: z.record(z.string().max(200), AnyResource),
  })
  .superRefine((design, context) => {
    for (const [key, resource] of Object.entries(design.resources)) {
      const gateway = parseAddress(resource.address)?.gateway;
      if (key !== resource.address)
        context.addIssue({ code: 'custom', message: `key ${key} is not the address ${resource.address}` });
      if (gateway !== design.gateway.name)
        context.addIssue({ code: 'custom', message: `${resource.address} is not on gateway ${design.gateway.name}` });
    }
  });
export type GatewayDesign = z.infer<typeof GatewayDesign>;

/** Cuts out what one gateway has to know; `undefined` when the design has no such gateway. */
export function designFor(design: Design, gateway: Name): GatewayDesign | undefined {
  const spec = design.gateways[gateway];
  if (spec === undefined) return undefined;
  return partOf(
    design,
    spec,
    Object.values(design.resources).filter(resource => gatewayOf(resource) === gateway),
  );
}

/** The parts of all gateways, in one pass over the design. */
export function designsByGateway(design: Design): ReadonlyMap<Name, GatewayDesign> {
  const resources = Map.groupBy(Object.values(design.resources), gatewayOf);
  return new Map(
    Object.entries(design.gateways).map(([name, spec]) => [name, partOf(design, spec, resources.get(name) ?? [])]),
  );
}

/** WHY only the tenants that own something there: a gateway's plan shall not change with what it does not carry. */
function partOf(design: Design, gateway: GatewaySpec, own: readonly Resource[]): GatewayDesign {
  const owners = new Set(own.flatMap(({ spec }) => ('tenant' in spec ? (spec.tenant ?? []) : [])));
  const tenants = [...owners].sort().flatMap(name => {
    const tenant = design.tenants[name];
    return tenant === undefined ? [] : [[name, tenant]];
  });
  const resources = own.map(resource => [resource.address, resource]);
  return {
    version: DESIGN_VERSION,
    gateway,
    tenants: Object.fromEntries(tenants),
    resources: Object.fromEntries(resources),
  };
}

function gatewayOf(resource: Resource): Name | undefined {
  return parseAddress(resource.address)?.gateway;
}

/** A design of one gateway with nothing on it: what `destroy` asks for. */
export function emptyDesign(gateway: GatewaySpec): GatewayDesign {
  return { version: DESIGN_VERSION, gateway, tenants: {}, resources: {} };
}

export type ResourceMap = Readonly<Record<Address, Resource>>;
