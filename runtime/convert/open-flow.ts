// Reads a flow in order to write it again: strictly, since what was left out would be lost.
import { Findings } from '../compile/findings.ts';
import type { FlowNode } from '../compile/flow-node.ts';
import { parse } from '../compile/parse/parse.ts';
import type { Diagnostic } from '../model/diagnostic.ts';

export interface OpenedFlow {
  /** Empty when anything is wrong with the file. */
  readonly nodes: readonly FlowNode[];
  readonly diagnostics: readonly Diagnostic[];
}

/** @param flow  text of flow JSON, or its list of nodes */
export function openFlow(flow: readonly unknown[] | string): OpenedFlow {
  const findings = new Findings();
  const nodes = parse(flow, findings);
  const diagnostics = findings.list();
  return { nodes: diagnostics.length === 0 ? nodes : [], diagnostics };
}
