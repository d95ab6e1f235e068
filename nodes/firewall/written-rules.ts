// Rules in the words of their protocol, as rows of the form: the other way round from reading them. Pure; runs in browsers too.
import type { Rule } from '../../runtime/model/kinds/policy.ts';
import type { CanLineRule } from '../../runtime/protocols/can/rules.ts';
import type { ModbusRule } from '../../runtime/protocols/modbus/rules.ts';

/** A row of the form: text in each field. */
export type RuleRow = Readonly<Record<string, string | boolean>>;

/** A row whose rule is this one; rates whose burst is another number than the rate lose that. */
export function modbusRow(rule: ModbusRule): RuleRow {
  const { rate } = rule;
  return {
    ...{ id: rule.id, action: rule.action, exception: rule.exception ?? 'illegal-function' },
    direction: rule.direction ?? 'both',
    rate: rate === undefined ? '' : `${rate.requests}/${rate.per}`,
    units: listOf(rule.units.map(({ first, last }) => rangeText(first, last))),
    functions: listOf(rule.functions.map(String)),
    registers: listOf(rule.registers.map(({ table, first, last }) => `${table} ${rangeText(first, last)}`)),
    values: listOf(rule.values.map(({ least, most }) => rangeText(least, most))),
    log: rule.log,
  };
}

/** As {@link modbusRow}. */
export function canRow(rule: CanLineRule): RuleRow {
  const { rate, data } = rule;
  return {
    ...{ id: rule.id, action: rule.action, direction: rule.direction },
    ids: listOf(
      rule.ids.map(entry =>
        'mask' in entry ? `${hex(entry.id)}/${hex(entry.mask)}` : rangeText(entry.first, entry.last, hex),
      ),
    ),
    ...{ format: rule.format, remote: rule.remote, type: rule.type },
    lengths: listOf(rule.lengths.map(({ least, most }) => rangeText(least, most))),
    data: data === undefined ? '' : `${data.value}/${data.mask}`,
    rate: rate === undefined ? '' : `${rate.frames}/${rate.per}`,
    log: rule.log,
  };
}

/** As {@link modbusRow}, of a rule for networks. */
export function linkRow({ sources, destinations, ports, ...rule }: Rule): RuleRow {
  // A single host is written without its prefix.
  const hosts = (networks: readonly string[]) => listOf(networks.map(network => network.replace(/\/32$/, '')));
  return { ...rule, sources: hosts(sources), destinations: hosts(destinations), ports: listOf(ports) };
}

function rangeText(first: number, last: number, show: (value: number) => string = String): string {
  return first === last ? show(first) : `${show(first)}-${show(last)}`;
}

function hex(value: number): string {
  return value.toString(16);
}

function listOf(entries: readonly string[]): string {
  return entries.join(', ');
}
