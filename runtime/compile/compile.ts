// Flow JSON → Design: a list of stages, each a pure function. Never throws for a faulty drawing, however hostile.
import { DESIGN_VERSION, type Design } from '../model/design.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { NodeType } from '../model/node-type.ts';
import { boxes } from './boxes.ts';
import { configure } from './configure/configure.ts';
import { expand } from './expand/expand.ts';
import { Wires } from './expand/wires.ts';
import { Findings } from './findings.ts';
import { link } from './link/link.ts';
import { lower } from './lower.ts';
import { parse } from './parse/parse.ts';
import { DrawingScope } from './scope.ts';
import { validate } from './validate/validate.ts';
import { fillHotplug } from './weave/hotplug.ts';
import { uniqueDrafts } from './weave/names.ts';
import { order } from './weave/order.ts';
import { fillPeers } from './weave/peers.ts';
import { drawPolicies } from './weave/policies.ts';
import { drawProxies } from './weave/proxies.ts';

export interface Compiled {
  /** With errors among the diagnostics it may be incomplete and must not be applied. */
  readonly design: Design;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compiles a drawing.
 * @param flow       flow JSON: its text (at most 5 MB) or the parsed list of nodes
 * @param nodeTypes  node types of the pack
 */
export function compile(flow: readonly unknown[] | string, nodeTypes: readonly NodeType[]): Compiled {
  const findings = new Findings();
  const nodes = parse(flow, findings);
  const placement = expand(nodes, findings);
  const drawing = configure(placement, nodeTypes, findings);
  const links = link(drawing, new Wires(placement, findings), findings);
  const scope = new DrawingScope(drawing, links, findings);
  const { gateways, tenants, tenantSources } = boxes(drawing, scope, findings);
  const lowered = lower(drawing, scope);
  const unique = fillHotplug(fillPeers(uniqueDrafts(lowered.drafts, findings)));
  const policies = drawPolicies(unique, lowered.links, tenantSources);
  const proxies = uniqueDrafts(drawProxies(unique, lowered.links), findings);
  const resources = order([...unique, ...policies, ...proxies]);
  validate({ drawing, scope, links, gateways, resources, findings });
  const byAddress = Object.fromEntries(resources.map(resource => [resource.address, resource]));
  const design = { version: DESIGN_VERSION, gateways, tenants, resources: byAddress } as const;
  return { design, diagnostics: findings.list() };
}
