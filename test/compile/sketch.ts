// Small drawings for tests, written with as few words as possible. Knows the fields of the node types, not the compiler.
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import type { Kind } from '../../runtime/model/address.ts';
import type { Design } from '../../runtime/model/design.ts';
import type { Spec } from '../../runtime/model/kind.ts';

export interface SketchNode {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

export const TAB = 'tab';

/** A variable as a value, as Node-RED writes it. */
export function variable(name: string): string {
  return `\${${name}}`;
}

/** A node on the tab; each entry of `wires` is the list of ids one output is wired to. */
export function draw(type: string, name: string, fields: object = {}, wires: readonly (readonly string[])[] = []) {
  return { id: name, type: `gatewright-${type}`, z: TAB, name, version: 1, x: 0, y: 0, ...fields, wires } as SketchNode;
}

export function config(type: string, name: string, fields: object = {}): SketchNode {
  return { id: name, type: `gatewright-${type}`, name, version: 1, ...fields };
}

export const tab: SketchNode = { id: TAB, type: 'tab', label: 'Sketch' };

/** A box with three cards: mgmt, plant and office. */
export function box(name: string, tunnelAddress = ''): readonly SketchNode[] {
  const interfaces = [
    { label: 'mgmt', device: 'eno1', role: 'management' },
    { label: 'plant', device: 'eno2', role: 'plant' },
    { label: 'office', device: 'eno3', role: 'uplink' },
  ];
  const hardware = { gateway: name, vcpus: 16, memoryMiB: 16_384, interfaces };
  return [config('gateway', name, { tunnelAddress }), draw('hardware', `${name}-box`, hardware)];
}

export function vm(name: string, gateway: string, tenant: string, to: string | readonly string[], fields: object = {}) {
  return draw('vm', name, { gateway, tenant, ...fields }, [typeof to === 'string' ? [to] : to]);
}

export function rule(id: string, fields: object = {}) {
  return { id, direction: 'outbound', action: 'accept', protocol: 'tcp', ports: '502', ...fields };
}

/** One box, one tenant and an uplink with an edge router: what most sketches start from. */
export const BASE: readonly SketchNode[] = [
  tab,
  ...box('g1'),
  config('tenant', 't1'),
  draw('edge', 'router', { outside: [{ vswitch: 'lan', address: '192.168.9.2/24' }] }, [['plant']]),
  draw('uplink', 'plant', { gateway: 'g1', interface: 'plant' }),
];

/** The switch `lan` of the base, wired onward. */
export function lan(to: readonly string[], fields: object = {}): SketchNode {
  return draw('vswitch', 'lan', { tenant: 't1', subnet: '10.0.0.0/24', ...fields }, [to]);
}

/** Compiles a sketch that must be sound. @throws Error with the findings */
export function compileSound(flow: readonly unknown[]): Design {
  const { design, diagnostics } = compile(flow, NODE_TYPES);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(one => `${one.code} ${one.summary}`).join('\n'));
  return design;
}

/** Codes of all findings, in order. */
export function codesOf(flow: readonly unknown[] | string): readonly string[] {
  return compile(flow, NODE_TYPES).diagnostics.map(one => one.code);
}

/** Spec of one resource. @throws Error when there is none */
export function specOf<K extends Kind>(design: Design, kind: K, place: string): Spec<K> {
  const resource = design.resources[`${kind}.${place}`];
  if (resource === undefined)
    throw new Error(`no ${kind}.${place}; there are ${Object.keys(design.resources).join(', ')}`);
  return resource.spec as Spec<K>;
}

export function needsOf(design: Design, address: string): readonly string[] {
  return design.resources[address]?.needs ?? [];
}
