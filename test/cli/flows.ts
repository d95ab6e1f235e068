// Drawings for the tests of the command line. Knows flow JSON, not what the commands make of it.
import { flowText } from '../../scripts/golden.ts';
import { box, config, draw, type SketchNode, tab, vm } from '../compile/sketch.ts';

export type Flow = readonly SketchNode[];

export const ROBOT_CELL = 'flows/robot-cell/flow.json';
export const SINGLE_BOX = 'flows/single-box/flow.json';
/** Resources of robot-cell on each of its gateways. */
export const ROBOT_CELL_STEPS = { 'cell-7': 11, 'cell-8': 8 } as const;

export function reference(name: 'robot-cell' | 'single-box'): Flow {
  return JSON.parse(flowText(name));
}

/** The flow with other fields in every node of a type. */
export function withFields(flow: Flow, type: string, fields: object): Flow {
  return flow.map(node => (node.type === `gatewright-${type}` ? { ...node, ...fields } : node));
}

/** The same drawing as an import makes it: every id is new, and every reference follows. */
export function withNewIds(flow: Flow): Flow {
  const ids = new Map(flow.map((node, index) => [node.id, `${(0xfeed_0000 + index).toString(16)}${index % 10}`]));
  const renew = (value: unknown): unknown => {
    if (typeof value === 'string') return ids.get(value) ?? value;
    if (Array.isArray(value)) return value.map(renew);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renew(item)]));
  };
  return flow.map(node => renew(node) as SketchNode);
}

/** So many VMs on one gateway that applying them takes far longer than a signal. */
export function crowd(vms: number): Flow {
  const names = Array.from({ length: vms }, (_unused, index) => `vm-${index}`);
  return [
    tab,
    ...box('crowd').map(node =>
      node.type === 'gatewright-hardware' ? { ...node, vcpus: 1024, memoryMiB: 1_000_000 } : node,
    ),
    config('tenant', 'guests'),
    draw('vswitch', 'lan', { tenant: 'guests', mode: 'local', subnet: '10.9.0.0/16' }, [[]]),
    ...names.map(name => vm(name, 'crowd', 'guests', 'lan', { nics: [{ name: 'eth0', mac: '', address: '' }] })),
  ];
}
