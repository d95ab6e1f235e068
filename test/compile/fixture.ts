// Reads the drawings that must be refused: a reference flow with changes, a flow, or a text, and the exact findings.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { flowText } from '../../scripts/golden.ts';

const folder = fileURLToPath(new URL('rejected/', import.meta.url));

const Node = z.looseObject({ id: z.string() });
const Fields = z.record(z.string(), z.unknown());

const Rejected = z.strictObject({
  /** Name of the reference flow that is changed. */
  base: z.string().optional(),
  /** By node id: fields that are replaced. */
  change: z.record(z.string(), Fields).optional(),
  add: z.array(z.unknown()).optional(),
  flow: z.array(z.unknown()).optional(),
  text: z.string().optional(),
  /** Exactly what the compiler says. */
  diagnostics: z.array(z.unknown()),
});
export type Rejected = z.infer<typeof Rejected>;

/** Names of all fixtures, sorted. */
export function rejectedNames(): readonly string[] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.json'))
    .map(file => file.slice(0, -'.json'.length))
    .sort();
}

export function fixturePath(name: string): string {
  return `${folder}${name}.json`;
}

export function readRejected(name: string): Rejected {
  return Rejected.parse(JSON.parse(readFileSync(fixturePath(name), 'utf8')));
}

/** What is compiled: text, or a list of nodes. @throws Error when a change names a node the base does not have */
export function flowOf(fixture: Rejected): string | readonly unknown[] {
  if (fixture.text !== undefined) return fixture.text;
  if (fixture.flow !== undefined) return fixture.flow;
  const base = z.array(Node).parse(JSON.parse(flowText(fixture.base ?? '')));
  const changes = fixture.change ?? {};
  for (const id of Object.keys(changes))
    if (!base.some(node => node.id === id)) throw new Error(`${fixture.base} has no node ${id}`);
  return [...base.map(node => ({ ...node, ...changes[node.id] })), ...(fixture.add ?? [])];
}
