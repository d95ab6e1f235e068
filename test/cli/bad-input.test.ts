// Flow files from anywhere: each is refused in words, quickly, with nothing executed and nothing changed.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { type Home, openHome } from './command.ts';
import { documentOf } from './document.ts';
import { type Flow, ROBOT_CELL, reference, withFields } from './flows.ts';

const TEXT = JSON.stringify(reference('robot-cell'));

/** Nesting as text: nobody builds such a value. */
function nested(depth: number): string {
  return `[{"id":"a","type":"tab","label":${'['.repeat(depth)}${']'.repeat(depth)}}]`;
}

/** A VM for every name, in place of the only one that was drawn. */
function named(names: readonly string[]): Flow {
  const vms = (node: Flow[number]) => names.map((name, index) => ({ ...node, id: `suspect-${index}`, name }));
  return reference('single-box').flatMap(node => (node.type === 'gatewright-vm' ? vms(node) : [node]));
}

const HOSTILE_NAMES = [
  `a"7'\``,
  'a7\r\nvm.cell-7/forged  drawn',
  '<img src=x onerror=alert(1)>',
  'a'.repeat(300),
  '$(touch pwned); touch pwned',
  '../../../etc/passwd',
  '\u001b]0;owned\u0007\u001b[2J\u009b31m',
  'a\u202e7\u2066',
  'a\ud800',
  '',
];

describe('bad input on the command line', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  /** Validates in text and applies with documents; answers with the findings. */
  async function refused(name: string, content: string | Buffer | Flow) {
    const path = await home.file(name, content);
    const [human, json] = await Promise.all([
      home.run(['validate', path]),
      home.run(['apply', path, '--yes', '--json']),
    ]);
    assert.equal(human.code, 1, human.stderr + human.stdout);
    assert.equal(json.code, 1, json.stderr);
    assert.deepEqual([human.stderr, json.stderr], ['', '']);
    for (const { stdout } of [human, json]) assert.doesNotMatch(stdout, /[^\n\P{Cc}]|\p{Cf}|\p{Cs}/u);
    assert.match(human.stdout, /^error: .+\n {2}\S.+ \[(.+; )?GW_\w+\]$/m, 'a fact, then what to do, then where');
    const { ok, diagnostics, plans, results } = documentOf(json, 'apply');
    assert.deepEqual([ok, plans, results], [false, [], []]);
    assert.ok(diagnostics.every(({ summary, remedy }) => summary !== '' && remedy !== ''));
    assert.ok(human.stdout.length < 20_000, 'no flood of words');
    return diagnostics;
  }

  afterEach('it has changed nothing and run nothing', async () => {
    const entries = await readdir(home.folder);
    assert.deepEqual(
      entries.filter(name => !name.endsWith('.json')),
      [],
    );
  });

  const files: readonly (readonly [string, () => string | Buffer | Flow, string])[] = [
    ['an empty file', () => '', 'GW_FLOW_NOT_JSON'],
    ['half a flow', () => TEXT.slice(0, TEXT.length / 2), 'GW_FLOW_NOT_JSON'],
    [
      'bytes that are no text',
      () => Buffer.from(Array.from({ length: 4096 }, (_u, i) => (i * 7) % 256)),
      'GW_FLOW_NOT_JSON',
    ],
    ['UTF-16', () => Buffer.from(`\ufeff${TEXT}`, 'utf16le'), 'GW_FLOW_NOT_JSON'],
    ['JSON that is no flow', () => '"flow"', 'GW_FLOW_SHAPE'],
    ['6 MB of nodes', () => `[${`${' '.repeat(1023)}\n`.repeat(6 * 1024)}]`, 'GW_FLOW_TOO_LARGE'],
    ['50 MB of nodes', () => Buffer.alloc(50 * 1024 * 1024, ' '), 'GW_FLOW_TOO_LARGE'],
    ['15 MB of brackets', () => Buffer.alloc(15 * 1024 * 1024, '['), 'GW_FLOW_TOO_LARGE'],
    ['4 MB of brackets', () => '['.repeat(4 * 1024 * 1024), 'GW_FLOW_NOT_JSON'],
    ['100 levels', () => nested(100), 'GW_FLOW_TOO_DEEP'],
    ['2 million levels', () => nested(2_000_000), 'GW_FLOW_TOO_DEEP'],
    ['a key that reaches a prototype', () => '[{"id":"a","type":"tab","__proto__":{"ok":true}}]', 'GW_FLOW_UNSAFE_KEY'],
    [
      'a key that reaches a constructor',
      () => '[{"id":"a","type":"tab","constructor":{"prototype":{}}}]',
      'GW_FLOW_UNSAFE_KEY',
    ],
    ['a node of a newer version', () => withFields(reference('robot-cell'), 'vm', { version: 99 }), 'GW_TYPE_NEWER'],
  ];
  for (const [what, content, code] of files)
    it(`refuses ${what}`, async () => {
      const codes = (await refused('flow.json', content())).map(finding => finding.code as string);
      assert.ok(codes.includes(code), codes.join());
    });

  it('refuses names with quotes, line breaks, markup, commands and 300 characters, and writes none of it raw', async () => {
    const findings = await refused('named.json', named(HOSTILE_NAMES));
    for (const [index, name] of HOSTILE_NAMES.entries()) {
      const codes = findings.filter(({ source }) => source.node === `suspect-${index}`).map(finding => finding.code);
      assert.ok(codes.includes('GW_NAME_INVALID'), `${JSON.stringify(name)}: ${codes.join()}`);
    }
  });

  it('names the node, the field and what to do', async () => {
    const path = await home.file('port.json', withFields(reference('robot-cell'), 'vm', { memoryMiB: -1 }));
    const { code, stdout } = await home.run(['validate', path]);
    assert.equal(code, 1);
    assert.match(stdout, /^error: .*memory.*\n {2}.+ \[a7, memoryMiB; GW_\w+\]$/im);
    assert.match(stdout, /errors?\. The drawing cannot be applied\.\n$/);
  });

  it('refuses to plan, compare or remove with such a drawing, instead of finding nothing to do', async () => {
    const path = await home.file('half.json', TEXT.slice(0, 300));
    const commands = ['plan', 'drift', 'destroy'] as const;
    const runs = await Promise.all(commands.map(command => home.run([command, path, '--gateway', 'cell-7', '--json'])));
    for (const [index, command] of commands.entries()) {
      const ended = runs[index];
      assert.ok(ended !== undefined);
      const { ok, diagnostics, plans } = documentOf(ended, command);
      assert.deepEqual([ended.code, ok, plans, diagnostics[0]?.code], [1, false, [], 'GW_FLOW_NOT_JSON']);
    }
  });

  it('takes a drawing without any gateway for what it is', async () => {
    const path = await home.file('empty.json', []);
    const [plan, apply] = await Promise.all([home.run(['plan', path]), home.run(['apply', path])]);
    const words = 'The drawing has no gateway, so there is nothing to do. Draw one, or name another file.\n';
    assert.deepEqual([plan.code, plan.stdout, apply.code, apply.stdout], [0, words, 0, words]);
  });

  it('still takes the reference drawing', async () => {
    const { code, stdout } = await home.run(['validate', ROBOT_CELL]);
    assert.deepEqual([code, stdout], [0, 'The drawing is sound: 2 gateways, 19 resources.\n']);
  });
});
