import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FirewallConfig } from '../../nodes/firewall/config.ts';
import { canRow, linkRow, modbusRow } from '../../nodes/firewall/written-rules.ts';
import { CanLineRule } from '../../runtime/protocols/can/rules.ts';
import { ModbusRule } from '../../runtime/protocols/modbus/rules.ts';

const range = (most: number) =>
  fc.tuple(fc.nat(most), fc.nat(most)).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
const values = (most: number) => range(most).map(({ first, last }) => ({ least: first, most: last }));
const rate = <K extends string>(key: K) =>
  fc
    .record({ often: fc.integer({ min: 1, max: 999_999 }), per: fc.constantFrom('second', 'minute', 'hour') })
    .map(({ often, per }) => ({ [key]: often, per, burst: often }));
/** The row of a form that was never given one lacks nothing either. */
const maybe = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map(found => (found === undefined ? {} : { [key]: found }));

const modbus = fc
  .tuple(
    fc.record({
      id: fc.constant('one'),
      direction: fc.constantFrom('from-vm', 'to-vm', 'both'),
      units: fc.array(range(255), { maxLength: 3 }),
      functions: fc.uniqueArray(fc.integer({ min: 1, max: 127 }), { maxLength: 4 }),
      registers: fc.array(
        fc
          .tuple(fc.constantFrom('coil', 'discrete', 'holding', 'input'), range(65_535))
          .map(([table, one]) => ({ table, ...one })),
        { maxLength: 3 },
      ),
      values: fc.array(values(65_535), { maxLength: 2 }),
      log: fc.boolean(),
    }),
    fc.constantFrom({ action: 'accept' }, { action: 'drop' }, { action: 'reject', exception: 'device-busy' }),
    maybe('rate', rate('requests')),
  )
  .map(parts => Object.assign({}, ...parts))
  // What is for both directions says nothing of it.
  .map(({ direction, ...rule }) => ModbusRule.safeParse(direction === 'both' ? rule : { ...rule, direction }).data)
  .filter(rule => rule !== undefined);

const can = fc
  .tuple(
    fc.record({
      id: fc.constant('one'),
      action: fc.constantFrom('accept', 'drop'),
      direction: fc.constantFrom('from-vm', 'to-vm', 'both'),
      ids: fc.array(
        fc.oneof(
          range(0x1fff_ffff),
          fc.record({ id: fc.nat(0x1fff_ffff), mask: fc.integer({ min: 1, max: 0x1fff_ffff }) }),
        ),
        { maxLength: 3 },
      ),
      format: fc.constantFrom('extended', 'any'),
      remote: fc.constantFrom('data', 'any'),
      type: fc.constantFrom('classic', 'fd', 'any'),
      lengths: fc.array(fc.constantFrom({ least: 0, most: 8 }, { least: 2, most: 2 }), { maxLength: 2 }),
      log: fc.boolean(),
    }),
    maybe('data', fc.constantFrom({ value: '1200', mask: 'ff00' }, { value: '01', mask: '0f' })),
    maybe('rate', rate('frames')),
  )
  .map(parts => Object.assign({}, ...parts))
  // Some of these lengths leave no room for data.
  .map(rule => CanLineRule.safeParse('data' in rule ? { ...rule, lengths: [] } : rule).data)
  .filter(rule => rule !== undefined);

const EMPTY = { name: 'wall', was: '', rules: [], modbusRules: [], canRules: [] };
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('rules written into the form', () => {
  it('are read as the same rules for Modbus', () =>
    fc.assert(
      fc.property(modbus, rule => {
        const { modbusRules } = FirewallConfig.parse({ ...EMPTY, modbusRules: [modbusRow(rule)] });
        assert.deepEqual(plain(modbusRules), plain([rule]));
      }),
    ));

  it('are read as the same rules for CAN', () =>
    fc.assert(
      fc.property(can, rule => {
        const { canRules } = FirewallConfig.parse({ ...EMPTY, canRules: [canRow(rule)] });
        assert.deepEqual(plain(canRules), plain([rule]));
      }),
    ));

  it('are read as the same rules for networks', () => {
    const networks = fc.subarray(['10.0.0.7/32', '10.0.0.0/24', '192.168.50.10/32']);
    const link = fc.record({
      id: fc.constant('one'),
      direction: fc.constantFrom('outbound' as const, 'inbound' as const),
      action: fc.constantFrom('accept' as const, 'drop' as const),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
      ...{ sources: networks, destinations: networks, ports: fc.subarray(['502', '8000-8010']), log: fc.boolean() },
    });
    fc.assert(
      fc.property(link, rule => {
        const { rules } = FirewallConfig.parse({ ...EMPTY, rules: [linkRow(rule)] });
        assert.deepEqual(plain(rules), plain([rule]));
      }),
    );
  });
});
