// What sets two drawings apart, over HTTP: for somebody who deploys what another has changed meanwhile.
import { z } from 'zod';
import { compile } from '../compile/compile.ts';
import { hasErrors } from '../model/diagnostic.ts';
import type { NodeType } from '../model/node-type.ts';
import { compareDesigns } from '../plan/compare.ts';
import type { AddRoute } from './add-route.ts';
import { MOST_DRAWING_BYTES, parseBody } from './router-requests.ts';

const Drawings = z.strictObject({ from: z.array(z.unknown()), to: z.array(z.unknown()) });

/** Route: POST /compare {from, to} gives a `DesignComparison`, and `faulty` when either has errors: then it may lack something. */
export function addCompare(nodeTypes: readonly NodeType[], { post }: AddRoute): void {
  const compare: Parameters<AddRoute['post']>[2] = async request => {
    const { from, to } = parseBody(Drawings, request);
    const [before, after] = [compile(from, nodeTypes), compile(to, nodeTypes)];
    const faulty = hasErrors(before.diagnostics) || hasErrors(after.diagnostics);
    return { faulty, ...compareDesigns(before.design, after.design) };
  };
  post('/compare', 'gatewright.read', compare, 2 * MOST_DRAWING_BYTES);
}
