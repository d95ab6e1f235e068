// Settings of a bus over the declarations of all protocols: what is kept, what the form sees, what the compiler says, and how
// buses of older versions are read.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formFacts } from '../../nodes/bus/bus.form-facts.ts';
import { bus } from '../../nodes/bus/bus.ts';
import { inLanguage } from '../../nodes/bus/form-language.ts';
import { migrateBus } from '../../nodes/bus/migrate.ts';
import { optionFaults } from '../../nodes/bus/option-faults.ts';
import { counts, differences, type Settings } from '../../nodes/bus/options.ts';
import { settingFaults, soundSettings } from '../../nodes/bus/settings.ts';
import { type ProtocolField, protocolFields } from '../../runtime/model/protocol.ts';
import { PROTOCOLS } from '../../runtime/protocols/catalog.ts';
import { compileSound, draw, specOf, tab, variable } from '../compile/sketch.ts';

const FORMS = PROTOCOLS.map(protocol => ({ protocol, fields: protocolFields(protocol) }));

/** What somebody may fill in: mostly what fits, sometimes not; nothing = the default. */
function filled({ kind, least = 0, most = 0, choices = [], fallback }: ProtocolField): fc.Arbitrary<unknown> {
  const right: fc.Arbitrary<unknown> =
    kind === 'number'
      ? fc.integer({ min: least, max: most })
      : kind === 'switch'
        ? fc.boolean()
        : kind === 'choice'
          ? fc.constantFrom(...choices)
          : fc.constantFrom('/dev/ttyS7', 'can7', 'host', '');
  const wrong = kind === 'number' ? fc.constantFrom(least - 1, most + 1, 'many', 1.5) : right;
  const given = kind === 'list' ? fc.constant([]) : fc.oneof({ weight: 6, arbitrary: right }, wrong);
  return fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, fc.constant(fallback), given);
}

const settingsOf = (fields: readonly ProtocolField[]): fc.Arbitrary<Settings> =>
  fc.record(Object.fromEntries(fields.map(field => [field.field, filled(field)])), { noNullPrototype: true });

const configOf = (protocol: string, settings: Settings) =>
  bus.config.parse({ ...bus.defaults, name: 'line', protocol, settings: JSON.parse(JSON.stringify(settings)) });

describe('the settings of a bus', () => {
  for (const { protocol, fields } of FORMS) {
    const { name } = protocol;

    it(`mean the same when only what differs from the defaults is kept: ${name}`, () => {
      fc.assert(
        fc.property(settingsOf(fields), settings => {
          const kept = differences(fields, settings);
          assert.deepEqual(differences(fields, kept), kept, 'twice is as once');
          const [all, few] = [soundSettings(name, settings), soundSettings(name, kept)];
          if ('counting' in all && 'counting' in few) assert.deepEqual(few.counting, all.counting);
        }),
        { numRuns: 300 },
      );
    });

    it(`are seen to be wrong by the form only where the compiler says so too: ${name}`, () => {
      let seen = 0;
      fc.assert(
        fc.property(settingsOf(fields), settings => {
          const kept = differences(fields, settings);
          const told = settingFaults(configOf(name, kept)).map(({ field }) => field);
          for (const { field, key } of optionFaults(fields, kept, true)) {
            seen += 1;
            assert.ok(told.includes(`settings.${field}`), `${field}: ${key}; the compiler: ${told.join()}`);
          }
          const numbers = fields.filter(one => one.kind === 'number' && counts(one, fields, kept));
          const own = optionFaults(fields, kept, true).map(({ field }) => `settings.${field}`);
          for (const { field } of numbers)
            if (told.includes(`settings.${field}`)) assert.ok(own.includes(`settings.${field}`), field);
        }),
        { numRuns: 300 },
      );
      assert.ok(seen > 2, `${seen} faults`);
    });
  }

  it('have a form in the language of the editor, and in that of the declaration where there are no words', () => {
    const form = formFacts.find(({ name }) => name === 'mqtt') ?? assert.fail();
    const titleOf = (language: string, name: string) =>
      inLanguage(form, language).fields.find(({ field }) => field === name)?.title;
    assert.deepEqual(
      ['de-CH', 'fr', 'en-US'].map(language => titleOf(language, 'password')),
      ['Passwort', 'Password', 'Password'],
    );
    const subscriptions = inLanguage(form, 'de').fields.find(({ field }) => field === 'subscriptions');
    assert.equal(subscriptions?.rows?.[0]?.title, 'Themenfilter');
    assert.equal(subscriptions?.rows?.[0]?.kind, 'text');
  });

  it('leave to the compiler what a variable stands for', () => {
    const fields = protocolFields(PROTOCOLS.find(({ name }) => name === 'mqtt') ?? assert.fail());
    const faults = optionFaults(
      fields,
      { host: variable('BROKER'), clientId: variable('ID'), port: variable('PORT') },
      false,
    );
    assert.deepEqual(faults, []);
    const design = compileSound([
      ...[{ ...tab, env: [{ name: 'BAUD', type: 'num', value: '19200' }] }],
      ...sketch({ settings: { path: '/dev/ttyS1', baudRate: variable('BAUD') } }),
    ]);
    assert.equal(specOf(design, 'line', 'g1/line').settings.baudRate, 19_200);
  });

  it('say what the line holds, and leave out what means nothing', () => {
    const tcp = lineOf({ settings: { carrier: 'tcp', host: 'plc', path: '' } });
    assert.equal(tcp.device, 'tcp://plc:502');
    assert.deepEqual([tcp.settings.host, 'path' in tcp.settings, 'baudRate' in tcp.settings], ['plc', false, false]);
    const inside = lineOf({ protocol: 'can', settings: { adapter: 'none' } });
    assert.deepEqual([inside.protocol, 'device' in inside], ['can', false]);
  });
});

describe('a bus of version 1', () => {
  const former = (device: string, rest: object = {}) => ({
    ...{ version: 1, protocol: 'modbus-rtu', device, baudRate: 19_200, parity: 'even', stopBits: '1', answerMs: 500 },
    ...rest,
  });

  it('keeps its port and what differed from the defaults', () => {
    const { path, baudRate, parity, stopBits, answerMs, carrier } = lineOf(former('/dev/ttyS1')).settings;
    assert.deepEqual(
      { path, baudRate, parity, stopBits, answerMs, carrier },
      {
        ...{ path: '/dev/ttyS1', baudRate: 19_200, parity: 'even', stopBits: 1, answerMs: 500, carrier: 'rtu' },
      },
    );
    assert.deepEqual(migrateBus(former('/dev/ttyS1')).settings, {
      path: '/dev/ttyS1',
      baudRate: 19_200,
      answerMs: 500,
    });
  });

  it('keeps its device on the network, and its serial server', () => {
    assert.deepEqual(migrateBus(former('tcp://[fe80::1]:502', { protocol: 'modbus-tcp' })).settings, {
      ...{ carrier: 'tcp', host: 'fe80::1', answerMs: 500 },
    });
    assert.equal(lineOf(former('tcp://10.0.0.7:4001')).settings.carrier, 'rtu-over-tcp');
    assert.equal(lineOf(former('tcp://10.0.0.7:4001')).device?.endsWith('10.0.0.7:4001'), true);
  });

  it('loses nothing else, and has no field that is gone', () => {
    const fields = migrateBus({ ...former('/dev/ttyS1'), name: 'line', messages: 'read', wires: [['a']] });
    assert.deepEqual(
      [fields.name, fields.messages, fields.wires, 'device' in fields, 'baudRate' in fields],
      [...['line', 'read', [['a']], false, false]],
    );
  });
});

/** One bus with one VM on it. */
function sketch(fields: object): readonly object[] {
  return [
    { id: 'g1', type: 'gatewright-gateway', name: 'g1', version: 1 },
    { id: 't1', type: 'gatewright-tenant', name: 't1', version: 1 },
    draw('hardware', 'box', { gateway: 'g1', vcpus: 4, memoryMiB: 4096, interfaces: [] }),
    draw('bus', 'line', { gateway: 'g1', version: 2, ...fields }, [['reader']]),
    draw('vm', 'reader', { gateway: 'g1', tenant: 't1', nics: [] }),
  ];
}

function lineOf(fields: object) {
  return specOf(compileSound([tab, ...sketch(fields)]), 'line', 'g1/line');
}
