// Flows that nobody drew with good intentions: they are converted or not, and nothing throws, hangs or reaches a prototype.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MOST_NODES } from '../../runtime/compile/parse/parse.ts';
import { FOREIGN_TYPES } from '../../runtime/convert/foreign/catalog.ts';
import { formatFlow } from '../../runtime/convert/format-flow.ts';
import { openFlow } from '../../runtime/convert/open-flow.ts';
import { hasErrors } from '../../runtime/model/diagnostic.ts';
import { converted } from './converted.ts';

/** Every field that any of the foreign types is read by. */
const FIELDS = (
  'clienttype tcpHost tcpPort tcpType serialPort serialType serialBaudrate serialDatabits serialStopbits serialParity unit_id ' +
  'clientTimeout unitid dataType adr quantity rate rateUnit delayOnStart startDelayTime topic server useIOFile sequences config ' +
  'interface serial serialport serialbaud databits parity stopbits out bin newline addchar name payload payloadType'
).split(' ');
/** As the editor writes it. */
function variable(name: string): string {
  return `$\u007b${name}}`;
}
const SAID = [
  ...[
    'tcp',
    'simpleser',
    'DEFAULT',
    'RTU-BUFFERD',
    'ASCII',
    'HoldingRegister',
    'Coil',
    'MCoils',
    'json',
    'str',
    'none',
    'even',
  ],
  ...[
    '0',
    '1',
    '8',
    '502',
    '65535',
    '65536',
    '-1',
    '1e9',
    variable('X'),
    '/dev/ttyS0',
    'COM1',
    'can0',
    '10.0.0.1',
    's',
    'true',
    'FC3',
  ],
  ...[
    '__proto__',
    'constructor',
    '../../etc',
    '<img src=x onerror=1>',
    '\u202e',
    "'; throw 1; '",
    `\`${variable('1')}\``,
    '123#R',
    '{"fc":3,"address":1}',
  ],
];
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>(...SAID) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(0, 1, 8, 1.5, -1, Number.MAX_SAFE_INTEGER, true, false, null, [], {}),
  },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.record({
        unitid: fc.constantFrom('1', 'x'),
        fc: fc.constantFrom('FC3', 9),
        address: fc.nat(9),
        quantity: fc.nat(9),
      }),
    ),
  },
);
const types = [...FOREIGN_TYPES.map(({ type }) => type), 'inject', 'debug', 'function'];
const ids = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7'];
const node = (id: string) =>
  fc
    .record({
      id: fc.constant(id),
      type: fc.constantFrom(...types),
      z: fc.constantFrom('t', 'u', 'sub', 'nowhere'),
      x: fc.constantFrom<unknown>(1, 'x', 1e300),
      y: fc.constantFrom<unknown>(1, null, -1e300),
      wires: fc.array(fc.array(fc.constantFrom(...ids, 'gone'), { maxLength: 3 }), { maxLength: 3 }),
      fields: fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 20 }),
      link: fc.constantFrom(...ids),
    })
    .map(({ fields, link, ...rest }) => ({ ...fields, server: link, config: link, serial: link, ...rest }));
const TABS = [
  { id: 't', type: 'tab', label: 't' },
  { id: 'u', type: 'tab', label: 'u' },
  { id: 'sub', type: 'subflow', name: 's', in: [], out: [] },
];

describe('hostile flows of other packs', () => {
  it('are converted or not, whatever is in their fields, and what is drawn can be read again', () =>
    fc.assert(
      fc.property(fc.tuple(...ids.map(node)), nodes => {
        const { flow, added, report } = converted([...TABS, ...nodes]);
        assert.equal(new Set(flow.map(({ id }) => id)).size, flow.length);
        assert.ok(report.entries.every(({ notes }) => notes.every(note => note.length < 400)));
        const text = formatFlow(flow);
        const again = openFlow(text);
        assert.deepEqual([again.diagnostics, again.nodes.length], [[], flow.length]);
        // Where function nodes are made, what somebody wrote into a field is never more than a value in them.
        for (const { type, func } of added) if (type === 'function') new Function('msg', String(func));
      }),
      { numRuns: 500 },
    )).timeout(120_000);

  it('are not read at all when they could change how programs behave', () => {
    const { nodes, diagnostics } = openFlow('[{"id":"a","type":"modbus-client","__proto__":{"clienttype":"tcp"}}]');
    assert.deepEqual([nodes, hasErrors(diagnostics)], [[], true]);
  });

  it('may be as large as a flow may be', () => {
    const client = {
      id: 'c',
      type: 'modbus-client',
      name: 'c',
      clienttype: 'tcp',
      tcpHost: '10.0.0.1',
      tcpPort: '502',
    };
    const reads = Array.from({ length: MOST_NODES - 3 }, (_, at) => ({
      ...{
        id: `r${at}`,
        type: 'modbus-read',
        // Messages between two tabs go by links.
        z: at === 0 ? 't' : 'u',
        name: 'same',
        server: 'c',
        dataType: 'Coil',
        adr: String(at),
        quantity: '1',
      },
      ...{ rate: '1', rateUnit: 's', x: 1, y: 1, wires: [[`r${at}`]] },
    }));
    const tabs = ['t', 'u'].map(id => ({ id, type: 'tab', label: id }));
    const { nodes } = openFlow([...tabs, client, ...reads]);
    assert.equal(nodes.length, MOST_NODES);
    const flow = converted(nodes.map(({ raw }) => raw)).added;
    const links = flow.filter(({ type }) => type.startsWith('link '));
    assert.equal(flow.length, reads.length + links.length + 6);
    assert.equal(new Set(flow.map(({ id }) => id)).size, flow.length);
  }).timeout(60_000);

  it('give what is drawn ids of plain characters, each its own', () => {
    const ids = ['a b', 'a?b', `${'x'.repeat(198)}?1`, `${'x'.repeat(198)}?2`];
    const pairs = ids.flatMap((id, at) => [
      { id, type: 'modbus-client', clienttype: 'tcp', tcpHost: `10.0.0.${at + 1}` },
      { id: `r${at}`, type: 'modbus-read', z: 't', server: id, dataType: 'Coil', adr: '1', quantity: '1', wires: [[]] },
    ]);
    const { added, flow } = converted([{ id: 't', type: 'tab', label: 't' }, ...pairs]);
    assert.deepEqual(
      added.filter(({ id }) => !/^[\w.-]{1,200}$/.test(id)),
      [],
    );
    assert.equal(new Set(flow.map(({ id }) => id)).size, flow.length);
    assert.equal(added.filter(({ type }) => type === 'gatewright-bus').length, ids.length);
  });
});
