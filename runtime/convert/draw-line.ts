// One line as a bus, a firewall that lets pass what the flow did, and a VM for the program that did it.
import { textOf } from '../compile/flow-node.ts';
import type { LineMessages } from '../model/kinds/line.ts';
import { allowCan } from './can/allow.ts';
import type { ConvertedLine } from './conversion.ts';
import type { FlowView } from './flow-view.ts';
import type { Access } from './foreign-type.ts';
import { allowModbus } from './modbus/allow.ts';
import { type FreeNames, slug } from './names.ts';
import type { NewDrawing } from './new-drawing.ts';
import { newVm } from './new-vm.ts';
import type { Place } from './place.ts';
import type { FoundLine } from './read-flow.ts';

export interface DrawnLine {
  readonly line: ConvertedLine;
  /** Ids of the new nodes. */
  readonly bus: string;
  readonly tab: string;
  /** Where its messages may be drawn. */
  readonly x: number;
  readonly y: number;
}

interface World {
  readonly flow: FlowView;
  readonly drawing: NewDrawing;
  readonly names: FreeNames;
  readonly place: Place;
}

/** @param below  pixels below everything else on its tab */
export function drawLine(found: FoundLine, { flow, drawing, names, place }: World, below: number): DrawnLine {
  const { node, reading, uses } = found;
  const tab = tabOf(found, flow);
  const base = slug(reading.name, reading.protocol);
  const bus = names.take(base);
  const [x, y] = [500, flow.below(tab) + below];
  const common = { z: tab, y, was: '' };
  const messages = mostOf(uses.map(use => use.reading.messages));
  const busId = drawing.add(`${node.id}-bus`, {
    ...{ type: 'gatewright-bus', ...common, x, name: bus, gateway: place.gateway, mode: 'shared', device: '' },
    ...{ protocol: reading.protocol, settings: reading.settings, messages, taps: 'frames', version: 2 },
  });
  const vm = names.take(`${base}-app`);
  const vmId = drawing.add(`${node.id}-vm`, { ...common, x: x + 440, ...newVm(vm, place) });
  const guard = guardOf(
    reading.protocol,
    uses.flatMap(use => use.reading.access),
  );
  const line = { what: reading.what, bus, vm, allowed: guard?.words ?? [], inside: reading.inside };
  const drawn = { bus: busId, tab, x, y };
  if (guard === undefined) {
    drawing.wire(busId, 0, vmId);
    return { ...drawn, line };
  }
  const firewall = names.take(`${base}-guard`);
  const firewallId = drawing.add(`${node.id}-firewall`, {
    ...{ type: 'gatewright-firewall', ...common, x: x + 220, name: firewall, rules: [] },
    ...{ modbusRules: [], canRules: [], [guard.list]: guard.rules, version: 2 },
  });
  drawing.wire(busId, 0, firewallId);
  drawing.wire(firewallId, 0, vmId);
  return { ...drawn, line: { ...line, firewall } };
}

/** The first tab on which somebody uses it; one that is in a subflow is drawn on the first tab of all. */
function tabOf({ uses }: FoundLine, flow: FlowView): string {
  const user = uses.find(({ node }) => !flow.isInSubflow(node))?.node;
  return (user && textOf(user, 'z')) ?? flow.nodes.find(({ type }) => type === 'tab')?.id ?? '';
}

const RIGHTS: readonly LineMessages[] = ['none', 'read', 'write'];

function mostOf(rights: readonly LineMessages[]): LineMessages {
  return RIGHTS[Math.max(0, ...rights.map(right => RIGHTS.indexOf(right)))] ?? 'none';
}

/** `undefined` for a protocol without rules. */
function guardOf(protocol: string, access: readonly Access[]) {
  if (protocol === 'modbus')
    return { list: 'modbusRules', ...allowModbus(access.filter(one => one.of === 'modbus')) } as const;
  return protocol === 'can'
    ? ({ list: 'canRules', ...allowCan(access.filter(one => one.of === 'can')) } as const)
    : undefined;
}
