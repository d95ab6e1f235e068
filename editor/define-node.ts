// Defines a node type for the editor: its look comes from the node's folder, everything else from its declaration.
import type { Check } from './checks.ts';
import * as checks from './checks.ts';
import { drawingOf, type OurDefinition, type OurOutput, wiredNode } from './drawing.ts';
import { chooseOnly } from './form/choose-only.ts';
import { fillInByKeys } from './form/keyboard.ts';
import { prepareForm } from './form/prepare-form.ts';
import { needsLightText } from './light-text.ts';
import { entriesOf, type ListForm, prepareList, readList } from './list-form.ts';
import type { NodeFacts } from './node-facts.ts';
import type { DrawnField, NodeLook } from './node-look.ts';
import { type CodedType, keepType } from './register-type.ts';
import { drawnFault } from './wires/drawn-fault.ts';
import { inputLabel, outputLabel } from './wires/port-labels.ts';
import { illegalWire } from './wiring.ts';

type Validate = NonNullable<EditorFieldDefinition['validate']>;

export type { DrawnField, NodeLook } from './node-look.ts';

/** Adds to a type what only code can say; the html of its node set registers it then. The catalogue of the set holds its words. */
export function defineNode(facts: NodeFacts, look: NodeLook): void {
  const portList = look.lists?.find(list => list.isPorts);
  const prefix = look.category === 'config' ? 'node-config-input' : 'node-input';
  const coded: CodedType & OurDefinition = {
    defaults: fieldsOf(facts, look, portList),
    gatewright: facts,
    gatewrightOutputs: node => outputsOf(node, facts, portList),
    paletteLabel() {
      return this._?.('palette') ?? facts.type;
    },
    label() {
      return this.name || this._('palette');
    },
    labelStyle() {
      const light = needsLightText(look.color) ? 'gw-label-light' : '';
      return this.name ? light : `red-ui-flow-node-label-italic ${light}`;
    },
    inputLabels() {
      return inputLabel(this);
    },
    outputLabels(index) {
      return outputLabel(this, index);
    },
    oneditprepare() {
      showDefaults(this, facts.defaults, prefix);
      for (const list of look.lists ?? []) prepareList(this, list);
      for (const field of Object.values(look.drawn ?? {})) field.prepare(this);
      look.prepare?.(this);
      prepareForm(this, { facts, look, prefix });
      fillInByKeys(this, prefix, Object.keys(facts.references));
    },
    oneditsave() {
      for (const list of look.lists ?? []) this[list.field] = readList(list);
      for (const [name, field] of Object.entries(look.drawn ?? {})) this[name] = field.read();
    },
  };
  if (look.align !== undefined) coded.align = look.align;
  if (portList !== undefined) followPorts(facts.type, portList);
  chooseOnly(facts, look.required ?? []);
  if (look.migrate !== undefined) migrateOnArrival(facts, look, look.migrate);
  keepType(facts.type, coded, definition => {
    // The palette has drawn its port. From now on Node-RED must count the wires of a node that came without `outputs`, as
    // flows written by hand do; with a number here it would cut all wires beyond it.
    if (portList !== undefined) definition.outputs = Number.NaN;
    if (needsLightText(look.color)) lightenPalette(facts.type);
  });
}

/** A node of an older flow, or of one written by hand, lacks some fields: its form shows what counts for them. */
function showDefaults(node: EditorNode, defaults: NodeFacts['defaults'], prefix: string): void {
  for (const [field, value] of Object.entries(defaults)) {
    if (node[field] !== undefined || value === null || typeof value === 'object') continue;
    const input = $(`#${prefix}-${field}`);
    if (typeof value === 'boolean') input.prop('checked', value);
    else input.val(String(value));
  }
}

/** WHY on arrival: Node-RED knows no versions, and validates and exports whatever came in. */
function migrateOnArrival(facts: NodeFacts, look: NodeLook, migrate: NonNullable<NodeLook['migrate']>): void {
  RED.events.on('nodes:add', (node: EditorNode) => {
    if (node.type !== facts.type || Number(node.version ?? 1) >= facts.version) return;
    const stored = [...Object.keys(facts.defaults), ...(look.former ?? [])].flatMap(field =>
      node[field] === undefined ? [] : [[field, node[field]] as const],
    );
    const migrated = { ...facts.defaults, ...migrate(Object.fromEntries(stored)), version: facts.version };
    for (const field of look.former ?? []) delete node[field];
    Object.assign(node, migrated);
  });
}

function lightenPalette(type: string): void {
  for (const label of document.querySelectorAll(`[data-palette-type="${type}"] .red-ui-palette-label`))
    label.classList.add('gw-label-light');
}

/** The list of ports is what counts, whatever a flow says of `outputs`. */
function followPorts(type: string, list: ListForm): void {
  RED.events.on('nodes:add', (node: EditorNode) => {
    if (node.type === type) node.outputs = entriesOf(node, list).length;
  });
}

function portNames(node: EditorNode, list: ListForm): readonly string[] {
  const [column] = list.columns;
  return entriesOf(node, list).map(entry => String(entry[column?.field ?? ''] ?? ''));
}

function outputsOf(node: EditorNode, facts: NodeFacts, list?: ListForm): readonly OurOutput[] {
  if (list === undefined) return facts.freshOutputs.map(kind => ({ kind }));
  const names = portNames(node, list);
  const kind = facts.outputs[0] ?? '';
  return entriesOf(node, list).map((entry, index) => ({
    kind: list.portKind?.(entry) ?? kind,
    ...(names[index] ? { name: names[index] } : {}),
  }));
}

function fieldsOf(facts: NodeFacts, look: NodeLook, portList?: ListForm): Record<string, EditorFieldDefinition> {
  const fields = Object.entries(facts.defaults).map(([field, value]) => [field, fieldOf(facts, look, field, value)]);
  const outputs = portList === undefined ? {} : { outputs: { value: listLength(facts, portList) } };
  // Node-RED keeps the name `v` for itself and would drop it from every export.
  const version = { version: { value: facts.version, validate: versionAndWires(facts) } };
  // Without a value they are neither in a fresh node nor in an export.
  const former = Object.fromEntries((look.former ?? []).map(field => [field, { value: undefined }]));
  return { ...former, ...Object.fromEntries(fields), ...outputs, ...version };
}

function listLength(facts: NodeFacts, list: ListForm): number {
  const value = facts.defaults[list.field];
  return Array.isArray(value) ? value.length : 0;
}

function fieldOf(facts: NodeFacts, look: NodeLook, field: string, value: unknown): EditorFieldDefinition {
  const required = look.required?.includes(field) === true;
  const reference = facts.references[field];
  if (reference !== undefined) return { value, type: reference, required };
  const drawn = look.drawn?.[field];
  if (drawn !== undefined) return { value, validate: drawnValidator(drawn) };
  const list = look.lists?.find(candidate => candidate.field === field);
  if (list !== undefined) return { value, validate: listValidator(list) };
  const bounds = facts.bounds[field];
  const check = look.checks?.[field] ?? (bounds ? checks.wholeNumber(bounds.min, bounds.max) : undefined);
  return { value, ...(required ? { required } : {}), validate: fieldValidator(field, required, check) };
}

// Node-RED shows the text a validator returns only when it takes two parameters.
function fieldValidator(field: string, required: boolean, check: Check | undefined): Validate {
  return function (value, _options) {
    const text = value === undefined || value === null ? '' : String(value);
    const fault = required && text.trim() === '' ? 'check.required' : check?.(text.trim());
    return fault === undefined || `${this._(`field.${field}`)}: ${this._(fault)}`;
  };
}

function drawnValidator(field: DrawnField): Validate {
  return function (value, _options) {
    const faults = field.faults(this, value);
    return faults.length === 0 || [...faults];
  };
}

function listValidator(list: ListForm): Validate {
  return function (_value, _options) {
    const faults = entriesOf(this, list).flatMap((entry, index) =>
      list.columns.flatMap(column => {
        const fault = column.check?.(String(entry[column.field] ?? ''));
        const where = `${this._(`field.${list.field}`)} ${index + 1}, ${this._(`list.${list.field}.${column.field}`)}`;
        return fault === undefined ? [] : [`${where}: ${this._(fault)}`];
      }),
    );
    return faults.length === 0 || faults;
  };
}

/** The version has no input of its own, so its validator also speaks for the wires. */
function versionAndWires(facts: NodeFacts): Validate {
  return function (value, _options) {
    if (Number(value ?? 1) > facts.version) return this._('check.version');
    if (this.z === undefined || facts.role === 'config') return true;
    const wrong = illegalWire(wiredNode(this), drawingOf());
    return wrong === undefined || drawnFault(this, wrong);
  };
}
