// `convert`, `import` and `format`, as somebody uses them who comes from other packs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foreignText } from '../../scripts/golden.ts';
import { type Home, openHome } from './command.ts';
import { documentOf, failureIn } from './document.ts';
import { reference, SINGLE_BOX } from './flows.ts';

const ROBOT = new URL('../convert/domains/robot.xml', import.meta.url).pathname;

describe('drawings of others', () => {
  let home: Home;
  beforeEach(async () => {
    home = await openHome();
  });
  afterEach(() => home.remove());

  it('are converted with a report, and written when a file is named', async () => {
    const flow = await home.file('flow.json', foreignText('energy-meters-rtu'));
    const output = join(home.folder, 'drawing.json');
    const { code, stdout } = await home.run(['convert', flow, '--output', output]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /bus modbus-ttyusb0, VM modbus-ttyusb0-app\n/);
    assert.match(stdout, /unit 2: read holding registers 0-9, 100-103\n/);
    const validated = await home.run(['validate', output]);
    assert.match(validated.stdout, /The drawing is sound: 1 gateway, 2 resources/);
    assert.doesNotMatch(await readFile(output, 'utf8'), /do-not-export-me/);
  });

  it('are told as a document, with what is left to do and exit code 1', async () => {
    const ended = await home.run(['convert', '-', '--json'], { input: foreignText('flexible-writes') });
    assert.equal(ended.code, 1);
    const { ok, entries, flow, replaced } = documentOf(ended, 'convert');
    assert.deepEqual([ok, replaced], [false, ['fw-client', 'fw-write']]);
    assert.deepEqual(
      entries.map(({ type, outcome }) => [type, outcome]),
      [
        ['modbus-client', 'converted'],
        ['modbus-flex-write', 'partly'],
      ],
    );
    assert.equal(flow.find(({ id }) => id === 'fw-write')?.d, true);
  });

  it('are switched off, kept or removed as that is wanted', async () => {
    const flow = await home.file('flow.json', foreignText('heat-pump-tcp'));
    const ended = await home.run(['convert', flow, '--replaced', 'kept', '--json']);
    assert.ok(documentOf(ended, 'convert').flow.every(node => !('d' in node)));
    const removed = await home.run(['convert', flow, '--replaced', 'removed', '--json']);
    assert.ok(documentOf(removed, 'convert').flow.every(({ type }) => !type.startsWith('modbus-')));
    const wrong = await home.run(['convert', flow, '--replaced', 'eaten']);
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /--replaced takes disabled, kept, removed, not eaten; choose one/);
  });

  it('are drawn on the gateway that is named, when the flow has it', async () => {
    const flow = [...JSON.parse(foreignText('heat-pump-tcp')), ...reference('robot-cell')];
    const file = await home.file('both.json', flow);
    const drawn = await home.run(['convert', file, '--gateway', 'cell-8', '--json']);
    assert.equal(documentOf(drawn, 'convert').gateway, 'cell-8');
    const { code, stderr } = await home.run(['convert', file, '--gateway', 'cell-9']);
    assert.equal(code, 2);
    assert.match(stderr, /the flow has no gateway cell-9; it has cell-7, cell-8/);
  });

  it('are not converted from a file that is none', async () => {
    const { code, stdout } = await home.run(['convert', await home.file('bad.json', '[{')]);
    assert.equal(code, 1);
    assert.match(stdout, /error: The flow file is not JSON/);
  });

  it('may be domains of libvirt, whose parts are told one by one', async () => {
    const output = join(home.folder, 'robot.json');
    const { code, stdout } = await home.run(['import', ROBOT, '--output', output]);
    assert.equal(code, 1, stdout);
    assert.match(stdout, /VM robot-a-prod is drawn on gateway gateway-1\.\n {2}memory → 2048 MiB\n/);
    assert.match(stdout, / {2}graphics → not carried over\n {4}A VM has no screen/);
    assert.match((await home.run(['validate', output])).stdout, /The drawing is sound: 1 gateway/);
    const ended = await home.run(['import', '-', '--json'], { input: await readFile(ROBOT) });
    const { vm, parts } = documentOf(ended, 'import');
    assert.deepEqual([vm, parts[0]?.became], ['robot-a-prod', ['2048 MiB']]);
  });

  it('are refused with a code when they are no domain', async () => {
    const ended = await home.run(['import', '-', '--json'], { input: '<!DOCTYPE d><domain/>' });
    const [code, fault, message] = failureIn(ended);
    assert.deepEqual([code, fault], [1, 'GW_DOMAIN_FORM']);
    assert.match(message, /document type/);
  });

  it('are written the same again, to a file and to the terminal', async () => {
    const output = join(home.folder, 'sorted.json');
    assert.equal((await home.run(['format', SINGLE_BOX, '--output', output])).code, 0);
    const shown = await home.run(['format', output]);
    assert.equal(shown.stdout, await readFile(output, 'utf8'));
    const compared = await home.run(['diff', SINGLE_BOX, output]);
    assert.equal(compared.stdout, 'Nothing differs. Both drawings ask for the same.\n');
  });

  it('have no password, and nothing that a terminal would obey, in what is written', async () => {
    const hostile = [
      { id: 't', type: 'tab', label: 'a\u202eb\u001b[2J', credentials: { password: 'do-not-export-me' } },
    ];
    const { stdout } = await home.run(['format', await home.file('hostile.json', hostile)]);
    for (const raw of ['do-not-export-me', '\u202e', '\u001b']) assert.ok(!stdout.includes(raw), raw);
    assert.deepEqual(JSON.parse(stdout), [{ id: 't', type: 'tab', label: 'a\u202eb\u001b[2J' }]);
  });
});
