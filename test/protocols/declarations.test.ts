// What the protocols say of themselves, held against each other and against the code that goes by it.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { FRAME_CLASS } from '../../runtime/lanes/memory/layout.ts';
import { type ProtocolField, protocolFields } from '../../runtime/model/protocol.ts';
import { can } from '../../runtime/protocols/can/protocol.ts';
import { SlcanController } from '../../runtime/protocols/can/slcan/controller.ts';
import { PROTOCOLS } from '../../runtime/protocols/catalog.ts';
import { fullOptions } from '../../runtime/protocols/modbus/line/options.ts';
import { modbus } from '../../runtime/protocols/modbus/protocol.ts';
import { LANGUAGES } from '../../scripts/build/node-set.ts';

const ROOM = new URL('../../runtime/protocols/', import.meta.url);
const folders = readdirSync(ROOM, { withFileTypes: true }).flatMap(entry => (entry.isDirectory() ? [entry.name] : []));

/** Fields with those of rows. */
function everyField(fields: readonly ProtocolField[]): readonly ProtocolField[] {
  return fields.flatMap(field => [field, ...everyField(field.rows ?? [])]);
}

describe('the declarations of protocols', () => {
  it('are there for every protocol, under the name of its folder, and known to the lanes', () => {
    assert.deepEqual(
      PROTOCOLS.map(({ name }) => name),
      folders.sort(),
    );
    for (const { name, carries, title, summary, limits } of PROTOCOLS) {
      assert.ok(carries === 'messages' || carries in FRAME_CLASS, carries);
      assert.ok(title !== '' && [summary, ...limits].every(sentence => sentence.endsWith('.')), name);
    }
  });

  it('make forms whose every field has a title, a fitting default, and a condition on a field that can have that value', () => {
    for (const { name: protocol, options } of PROTOCOLS) {
      const fields = protocolFields({ options });
      assert.ok(fields.length > 3, protocol);
      for (const field of everyField(fields)) {
        const where = `${protocol}.${field.field}`;
        assert.ok(field.title, where);
        if (field.help !== undefined) assert.match(field.help, /\.$/, where);
        if (field.kind === 'number') assert.ok(field.least !== undefined && field.most !== undefined, where);
        if (field.secret) assert.deepEqual([field.kind, field.fallback], ['text', ''], where);
        const other = fields.find(({ field: name }) => name === field.only?.field);
        const values = other?.choices ?? (other?.kind === 'switch' ? ['true', 'false'] : []);
        assert.ok(
          (field.only?.is ?? []).every(value => values.includes(value)),
          where,
        );
      }
      for (const { field, fallback } of fields)
        if (fallback !== undefined)
          assert.ok(options.shape[field]?.safeParse(fallback).success, `${protocol}.${field}`);
    }
  });

  it('have words for every option in every language of the editor, and for nothing else', () => {
    const keysOf = (fields: readonly ProtocolField[], path = ''): readonly string[] =>
      fields.flatMap(({ field, help, rows = [] }) => [
        `${path}${field} ${help !== undefined}`,
        ...keysOf(rows, `${path}${field}.`),
      ]);
    for (const { name, options, translations } of PROTOCOLS)
      for (const language of LANGUAGES.filter(one => one !== 'en-US')) {
        const words = translations?.[language] ?? assert.fail(`${name} has no words in ${language}`);
        const given = Object.entries(words.options).map(([option, { help }]) => `${option} ${help !== undefined}`);
        assert.deepEqual(given.sort(), [...keysOf(protocolFields({ options }))].sort(), name);
        const sentences = [words.summary, ...Object.values(words.options).flatMap(({ help }) => help ?? [])];
        for (const sentence of sentences) assert.match(sentence, /^[\p{L}\d].*\.$/u);
      }
  });

  it('have the defaults of a Modbus line, and ask for where it leads', () => {
    const wanted = { rtu: { path: '/dev/ttyS0' }, tcp: { host: 'plc' } } as const;
    for (const carrier of ['rtu', 'tcp'] as const) {
      const options: Readonly<Record<string, unknown>> = modbus.options.parse({ carrier, ...wanted[carrier] });
      const line: Readonly<Record<string, unknown>> = fullOptions({ carrier });
      // A turnaround is only of serial lines; shares are rows in a form.
      const others = ['shares', ...(carrier === 'rtu' ? [] : ['turnaroundMs'])];
      const shared = Object.keys(options).filter(name => name in line && !others.includes(name));
      assert.deepEqual(options.shares, []);
      assert.ok(shared.length >= 9);
      for (const name of shared) assert.equal(options[name], line[name], name);
      assert.equal(modbus.options.safeParse({ carrier }).success, false);
    }
  });

  it('offer exactly the bit rates that adapters of CAN know', () => {
    const rates = protocolFields(can).find(({ field }) => field === 'bitRate')?.choices ?? [];
    assert.equal(rates.length, 9);
    for (const rate of rates) new SlcanController({ frame: () => {}, write: () => {} }, { bitRate: Number(rate) });
    assert.equal(can.options.safeParse({ adapter: 'slcan' }).success, false);
    assert.ok(can.options.safeParse({ adapter: 'slcan', path: '/dev/ttyACM0', bitRate: '125000' }).success);
    for (const name of ['', '..', 'a/b', 'sixteen-letters-'])
      assert.equal(can.options.safeParse({ interface: name }).success, false, name);
  });
});
