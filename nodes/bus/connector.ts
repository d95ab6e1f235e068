// The connector of the box that is wired to a bus: it fills in where the line leaves the box.
import type { Attachment, Connector, DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import { listed, quoted } from '../../runtime/model/plain-text.ts';
import type { ProtocolField } from '../../runtime/model/protocol.ts';
import type { ConnectorKind } from '../../runtime/model/wire.ts';
import type { BusConfig } from './config.ts';
import { connectorOption, type Settings } from './options.ts';
import { isSaid, optionsOf } from './settings.ts';

type Bus = DrawnNode<BusConfig>;

export const CONNECTOR_WORDS: Readonly<Record<ConnectorKind, string>> = {
  ethernet: 'a network interface',
  serial: 'a serial port',
  can: 'a CAN interface',
  usb: 'a USB socket',
  pci: 'a PCI device',
  tpm: 'a TPM',
};

/** The settings with what is wired filled in; `undefined` when it is open where the line leaves the box, which is reported. */
export function placedSettings(node: Bus, scope: Scope): Settings | undefined {
  const { protocol, settings } = node.config;
  const option = connectorOption(optionsOf(protocol), settings);
  const [wire, ...others] = scope.incoming(node);
  if (wire === undefined)
    return option === undefined || isSaid(option, settings) ? settings : missing(node, scope, option);
  if (others.length > 0) return several(node, scope, [wire, ...others]);
  const connector = connectorAt(wire, scope);
  if (connector === undefined) return undefined;
  if (option === undefined || option.connector !== connector.kind)
    return wrongKind(node, scope, wire, connector, option);
  if (isOwn(option, settings)) return twice(node, scope, wire, option);
  if (connector.device === '') return unnamed(node, scope, wire);
  return { ...settings, [option.field]: connector.device };
}

export function connectorAt({ from, port }: Attachment, scope: Scope): Connector | undefined {
  return scope.facets(from).hardware?.connectors.find(({ label }) => label === port.name);
}

function isOwn({ field }: ProtocolField, settings: Settings): boolean {
  return typeof settings[field] === 'string' && settings[field].trim() !== '';
}

function missing(node: Bus, scope: Scope, { field, title, connector }: ProtocolField): undefined {
  const kind = connector === undefined ? 'a connector' : CONNECTOR_WORDS[connector];
  scope.report({
    code: 'GW_LINE_DEVICE',
    node,
    field: `settings.${field}`,
    summary: `The bus ${node.label} does not say where it leaves the box: its ${title.toLowerCase()} is empty.`,
    remedy: `Wire ${kind} of a hardware node to it, or write one.`,
  });
  return undefined;
}

export function several(node: Bus, scope: Scope, wires: readonly Attachment[]): undefined {
  scope.report({
    code: 'GW_LINE_CONNECTOR_TWICE',
    node,
    summary: `The bus ${node.label} is wired to ${listed(wires.map(nameOf))}, and one line leaves the box at one place.`,
    remedy: 'Keep one of the wires, and draw a bus for each other line.',
    related: [...new Set(wires.map(({ from }) => from))],
  });
  return undefined;
}

function twice(node: Bus, scope: Scope, wire: Attachment, { field, title }: ProtocolField): undefined {
  scope.report({
    code: 'GW_LINE_CONNECTOR_TWICE',
    node,
    field: `settings.${field}`,
    summary: `The bus ${node.label} is wired to ${nameOf(wire)}, and its ${title.toLowerCase()} names ${quoted(node.config.settings[field])}.`,
    remedy: `Clear the ${title.toLowerCase()}, or remove the wire.`,
    related: [wire.from],
  });
  return undefined;
}

function unnamed(node: Bus, scope: Scope, wire: Attachment): undefined {
  scope.report({
    code: 'GW_LINE_CONNECTOR_DEVICE',
    node: wire.from,
    field: 'interfaces',
    summary: `${nameOf(wire)} is wired to the bus ${node.label}, and its device is not written.`,
    remedy: `Write the device of ${wire.port.name} into the hardware node, as the gateway names it.`,
    related: [node],
  });
  return undefined;
}

function wrongKind(
  node: Bus,
  scope: Scope,
  wire: Attachment,
  { kind }: Connector,
  option: ProtocolField | undefined,
): undefined {
  const takes =
    option?.connector === undefined ? 'uses no connector as it is set' : `uses ${CONNECTOR_WORDS[option.connector]}`;
  scope.report({
    code: 'GW_LINE_CONNECTOR',
    node,
    field: option === undefined ? 'settings' : `settings.${option.field}`,
    summary: `${nameOf(wire)} is ${CONNECTOR_WORDS[kind]}, and the bus ${node.label} ${takes}.`,
    remedy: `${listed(waysOut(node, scope, wire, kind, option), 'or')}.`,
    related: [wire.from],
  });
  return undefined;
}

/** What would be legal: another connector of the box, or another setting of the bus. */
function waysOut(
  { config }: Bus,
  scope: Scope,
  { from }: Attachment,
  kind: ConnectorKind,
  option: ProtocolField | undefined,
): readonly string[] {
  const fields = optionsOf(config.protocol);
  const fitting = fields.find(field => field.connector === kind);
  const other = fields.find(field => field.field === fitting?.only?.field);
  const connectors = scope.facets(from).hardware?.connectors ?? [];
  const same = connectors.filter(one => one.kind === option?.connector).map(({ label }) => label);
  const ways = [
    ...(same.length > 0 ? [`Wire ${listed(same, 'or')} to it`] : []),
    ...(other === undefined ? [] : [`Set its ${other.title.toLowerCase()} to ${fitting?.only?.is[0]}`]),
    ...(same.length > 0 ? [] : ['Remove the wire']),
  ];
  return ways.map((way, at) => (at === 0 ? way : way.charAt(0).toLowerCase() + way.slice(1)));
}

/** `com1 of box`. */
export function nameOf({ from, port }: Attachment): string {
  return `${port.name} of ${from.label}`;
}
