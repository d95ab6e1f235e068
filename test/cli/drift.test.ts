// Drift both ways by commands: shown field by field, taken over into the file, let stand, restored alone.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Home, openHome } from './command.ts';
import { documentOf } from './document.ts';
import { reference } from './flows.ts';

const MEMORY = 'vm.cabinet-1/line-logger:memoryMiB';

describe('drift by commands', () => {
  let home: Home;
  let flow = '';
  before(async () => {
    home = await openHome();
    flow = await home.file('flow.json', reference('single-box'));
    assert.equal((await home.run(['apply', flow, '--yes'])).code, 0);
    await meddle({ memoryMiB: 192, vcpus: 2 });
  });
  after(() => home.remove());

  async function meddle(fields: object): Promise<void> {
    const path = join(home.gateway('cabinet-1'), 'drivers/memory/simulated/cabinet-1/vm/line-logger.json');
    const stored = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...stored, spec: { ...stored.spec, ...fields } }));
  }
  const said = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await home.run(args);
    return [code, stdout + stderr] as const;
  };

  it('is shown field by field', async () => {
    const { drifted, exceptions } = documentOf(await home.run(['drift', flow, '--json']), 'drift');
    assert.deepEqual(
      drifted.map(({ words }) => words),
      [
        { field: 'memory MiB', is: '192', applied: '128' },
        { field: 'vcpus', is: '2', applied: '1' },
      ],
    );
    assert.deepEqual(exceptions, []);
  });

  it('is let stand with a reason and until a date, and is then neither drift nor planned away', async () => {
    assert.deepEqual(await said('drift', flow, '--except', MEMORY, '--until', '8h'), [
      2,
      'gatewright: --except wants --reason: why, in at most 300 characters\n',
    ]);
    const [code, words] = await said('drift', flow, '--except', MEMORY, '--until', '8h', '--reason', 'a trial');
    assert.equal(code, 0, words);
    assert.match(words, /^memoryMiB of vm\.cabinet-1\/line-logger may stand until \d{4}-\d\d-\d\d \d\d:\d\d UTC\.\n$/);
    for (const command of ['drift', 'plan']) {
      const [, text] = await said(command, flow);
      assert.match(text, /Let stand, and not planned away\n {2}memory MiB of vm\.cabinet-1\/line-logger is 192, by /);
      assert.match(text, /: a trial\n/);
      assert.doesNotMatch(text, /192 → 128/);
    }
  });

  it('is restored alone, and what is let stand stays', async () => {
    const [code, words] = await said('drift', flow, '--restore', 'vm.cabinet-1/line-logger:vcpus', '--yes');
    assert.equal(code, 0, words);
    assert.match(words, /^cabinet-1: applied\. [A-Z]/);
    const { ok, plans, exceptions } = documentOf(await home.run(['drift', flow, '--json']), 'drift');
    assert.deepEqual([ok, plans[0]?.steps, exceptions.length], [true, [], 1]);
  });

  it('is not decided by a drawing with errors, whose faults are told wherever it came from', async () => {
    const decide = (path: string, input?: string) =>
      home.run(['drift', path, '--restore', MEMORY, '--yes', '--json'], input === undefined ? {} : { input });
    const faulty = '[{"id":"a","type":"gatewright-gateway","name":"NO NAME"}]';
    const file = await home.file('faulty.json', faulty);
    const [named, piped] = [await decide(file), await decide('-', faulty)].map(ended => documentOf(ended, 'drift'));
    assert.ok(named?.diagnostics.some(({ severity }) => severity === 'error'));
    assert.deepEqual(piped, named);
  });

  it('is drift again once it may stand no longer', async () => {
    assert.equal((await said('drift', flow, '--end', MEMORY))[0], 0);
    const [code, text] = await said('drift', flow);
    assert.equal(code, 1);
    assert.match(text, /memoryMiB: 192 → 128/);
    assert.equal((await said('drift', flow, '--end', MEMORY))[0], 1);
  });

  it('is taken over into the file, which keeps everything else, and then nothing differs', async () => {
    const before = JSON.parse(await readFile(flow, 'utf8'));
    const [code, words] = await said('drift', flow, '--adopt', MEMORY);
    assert.deepEqual([code, words], [0, `${flow}: memoryMiB of line-logger: 128 → 192.\n`]);
    const after = JSON.parse(await readFile(flow, 'utf8'));
    const expected = before.map((node: { type: string }) =>
      node.type === 'gatewright-vm' ? { ...node, memoryMiB: 192 } : node,
    );
    assert.deepEqual(after, expected);
    assert.equal((await said('drift', flow))[0], 0);
  });

  it('refuses what is no place, two decisions at once and a date that is none', async () => {
    for (const [args, message] of [
      [['--adopt', 'memory'], /is no place; name it as ADDRESS:FIELD/],
      [['--adopt', MEMORY, '--end', MEMORY], /decide one thing at a time, not --adopt and --end/],
      [['--except', MEMORY, '--until', 'soon', '--reason', 'x'], /--until takes 8h, 3d, a day/],
      [['--restore', 'vm.other/x:memoryMiB', '--yes'], /the drawing has no gateway other/],
    ] as const) {
      const [code, text] = await said('drift', flow, ...args);
      assert.equal(code, 2, text);
      assert.match(text, message);
    }
    const [code, text] = await said('drift', flow, '--adopt', MEMORY);
    assert.equal(code, 1);
    assert.match(text, /is as it is drawn; look at the drift again/);
  });
});
