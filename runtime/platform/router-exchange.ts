// Drawings of others over HTTP, for the editor: what it shows is what the command line prints. Nothing is kept here, and no gateway
// is asked.
import { z } from 'zod';
import type { Conversion } from '../convert/conversion.ts';
import { convertFlow } from '../convert/convert-flow.ts';
import { importDomain } from '../convert/domain/import-domain.ts';
import { FOREIGN_TYPES } from '../convert/foreign/catalog.ts';
import { flowJson, formatFlow } from '../convert/format-flow.ts';
import { openFlow } from '../convert/open-flow.ts';
import { Name } from '../model/address.ts';
import { GatewrightError } from '../model/errors.ts';
import type { AddRoute } from './add-route.ts';
import { DrawingRequest, MOST_DESCRIPTION_BYTES, parseBody } from './router-requests.ts';

const Flow = DrawingRequest.extend({ gateway: Name.optional() });
const Domain = Flow.extend({ xml: z.string() });

/** Node types that a conversion can begin with: those that use a line of their own, by the pack they come with. */
export interface ForeignTypes {
  readonly types: Readonly<Record<string, string>>;
}

/**
 * Routes: GET /foreign-types gives `ForeignTypes`, POST /convert {flow, gateway} a `Conversion`, POST /import-domain {xml, flow, gateway} an
 * `ImportedDomain` and POST /format {flow} the {text} of `gatewright format`.
 */
export function addExchange({ get, post }: AddRoute): void {
  const lines = FOREIGN_TYPES.filter(({ line }) => line !== undefined);
  const types = { types: Object.fromEntries(lines.map(({ type, pack }) => [type, pack])) } satisfies ForeignTypes;
  get('/foreign-types', 'gatewright.read', async () => types);
  post('/convert', 'gatewright.read', async request => convert(parseBody(Flow, request)), MOST_DESCRIPTION_BYTES);
  post(
    '/import-domain',
    'gatewright.read',
    async request => {
      const { xml, flow, gateway } = parseBody(Domain, request);
      return importDomain(xml, nodesOf(flow), gateway);
    },
    MOST_DESCRIPTION_BYTES,
  );
  post(
    '/format',
    'gatewright.read',
    async request => ({ text: formatFlow(flowJson(nodesOf(parseBody(DrawingRequest, request).flow))) }),
    MOST_DESCRIPTION_BYTES,
  );
}

function convert({ flow, gateway }: z.infer<typeof Flow>): Conversion {
  return convertFlow(nodesOf(flow), FOREIGN_TYPES, gateway);
}

/** @throws GatewrightError with what is wrong with a flow that would lose something */
function nodesOf(flow: readonly unknown[]) {
  const { nodes, diagnostics } = openFlow(flow);
  const [first] = diagnostics;
  if (first === undefined) return nodes;
  throw new GatewrightError(first.code, `${first.summary} ${first.remedy}`);
}
