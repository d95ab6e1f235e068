// What the checks between resources may look at: the lowered drawing and what came out of it.
import type { Name } from '../../model/address.ts';
import type { GatewaySpec } from '../../model/gateway.ts';
import type { Resource } from '../../model/resource.ts';
import type { Drawing } from '../configure/drawing.ts';
import type { Findings } from '../findings.ts';
import type { Links } from '../link/link.ts';
import type { DrawingScope } from '../scope.ts';

export interface Compilation {
  readonly drawing: Drawing;
  readonly scope: DrawingScope;
  readonly links: Links;
  readonly gateways: Readonly<Record<Name, GatewaySpec>>;
  readonly resources: readonly Resource[];
  readonly findings: Findings;
}
