// A wrong command line: exit code 2, a fact, and what to do. In text and as a document alike.
import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { CLI_SHAPES } from '../../runtime/cli/shapes.ts';
import { type Home, openHome, type RunOptions } from './command.ts';
import { documentOf, failureIn } from './document.ts';
import { ROBOT_CELL } from './flows.ts';

/** Root reads everything, so root gives that right away first. */
const AS_ANYBODY =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-all'] : [];

describe('the command line, used wrongly', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no command', [], /no command is named/],
    ['an unknown command', ['aply', ROBOT_CELL], /unknown command 'aply' \(Did you mean apply\?\)/],
    ['an unknown option', ['plan', ROBOT_CELL, '--yess'], /unknown option '--yess'/],
    ['a missing argument', ['plan'], /missing required argument 'flow'/],
    ['an argument too much', ['plan', ROBOT_CELL, ROBOT_CELL], /too many arguments/],
    ['an option without its value', ['plan', ROBOT_CELL, '--gateway'], /argument missing/],
    ['an agent without a gateway', ['agent'], /required option '--gateway <name>' not specified/],
    [
      'a gateway that is not drawn',
      ['plan', ROBOT_CELL, '--gateway', 'cell-9'],
      /no gateway cell-9; it has cell-7, cell-8/,
    ],
    [
      'a gateway that is not known',
      ['observe', '--gateway', 'cell-9'],
      /no gateway cell-9 is known here; known is none/,
    ],
    ['an unknown way to fail', ['apply', ROBOT_CELL, '--on-failure', 'panic'], /--on-failure takes stop or rollback/],
    ['one approval for two gateways', ['apply', ROBOT_CELL, '--plan', 'f'.repeat(64)], /name it with --gateway/],
    ['an agent with a bad name', ['agent', '--gateway', 'Cell 7'], /Cell 7 is not the name of a gateway; use 1 to 32/],
    [
      'an agent of no back end',
      ['agent', '--gateway', 'c', '--backend', 'vmware'],
      /choose embedded, linux or simulated/,
    ],
    ['a file that is not there', ['validate', 'no-such.json'], /there is no file no-such\.json; name a file/],
    ['a file in a file', ['validate', 'package.json/flow.json'], /there is no file package\.json\/flow\.json/],
    ['a folder', ['validate', 'flows'], /flows is a folder; name the flow file in it/],
  ];
  for (const [what, args, words] of cases)
    it(`is told of ${what}`, async () => {
      const { code, stdout, stderr } = await home.run(args);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, words);
      assert.match(stderr, /^gatewright: .*; \w+|^ {2}See gatewright --help/m, 'it says what to do');
    });

  it('is told the same as a document', async () => {
    const wrong = [['--json'], ['aply', '--json'], ['plan', '--json'], ['validate', 'no-such.json', '--json']];
    const told = (await Promise.all(wrong.map(args => home.run(args)))).map(failureIn);
    assert.deepEqual(told, [
      [2, 'USAGE', 'no command is named'],
      [2, 'USAGE', "unknown command 'aply' (Did you mean apply?)"],
      [2, 'USAGE', "missing required argument 'flow'"],
      [2, 'USAGE', 'there is no file no-such.json; name a file with flow JSON'],
    ]);
  });

  it('is told of a file that may not be read', async () => {
    const path = await home.file('secret.json', '[]');
    await chmod(path, 0o000);
    const { code, stderr } = await home.run(['validate', path], { prefix: AS_ANYBODY });
    assert.deepEqual(
      [code, stderr],
      [2, `gatewright: you may not read ${path}; change its rights, or name another file\n`],
    );
  });

  it('is told of a file that breaks off while it is read', async () => {
    // Its first page is never mapped, so reading it fails [proc(5), /proc/pid/mem].
    const { code, stderr } = await home.run(['validate', '/proc/self/mem']);
    assert.equal(code, 2);
    assert.match(stderr, /^gatewright: \/proc\/self\/mem cannot be read \(EIO.*\); name a file with flow JSON\n$/);
  });

  it('writes nothing raw of what it was given', async () => {
    const { stderr } = await home.run(['plan', ROBOT_CELL, '--gateway', '\u001b[2J\u009b31m\u202ex']);
    assert.doesNotMatch(stderr, /[^\n\P{Cc}]|\p{Cf}/u);
    assert.match(stderr, /no gateway \\u\{001b\}\[2J/);
  });

  it('is helped by --help and --version, which are no errors', async () => {
    const runs = await Promise.all([home.run(['--help']), home.run(['plan', '--help']), home.run(['--version'])]);
    assert.deepEqual(
      runs.map(({ code, stderr }) => [code, stderr]),
      [0, 0, 0].map(code => [code, '']),
    );
    assert.match(runs[0].stdout, /validate .*\n *plan .*[\s\S]*doctor/);
    assert.match(runs[1].stdout, /--detailed-exitcode/);
    assert.match(runs[2].stdout, /^\d+\.\d+\.\d+\n$/);
  });
});

describe('docs/command-line.md', () => {
  it('names every command and only options that exist', async () => {
    const home = await openHome();
    try {
      const text = await readFile('docs/command-line.md', 'utf8');
      const documented = [...text.matchAll(/^\| `(\w+)[ `]/gm)].map(match => match[1] ?? '');
      assert.deepEqual(
        documented.sort(),
        Object.keys(CLI_SHAPES)
          // An error of any command, an option of `plan` that prints something else, and commands below `attest`.
          .filter(name => !['error', 'explain-backend'].includes(name) && !name.startsWith('attest-'))
          .sort(),
      );
      const help = async (...names: readonly string[]) => home.run([...names, '--help']);
      const outer = await Promise.all(documented.map(async name => ({ name, ...(await help(name)) })));
      const inner = outer.flatMap(({ name, stdout }) =>
        [...stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, below = '']) => help(name, below)),
      );
      const helps = [...outer, ...(await Promise.all(inner))];
      const options = new Set(helps.flatMap(({ stdout }) => stdout.match(/--[a-z-]+/g) ?? []));
      assert.deepEqual(
        (text.match(/--[a-z]+(-[a-z]+)*/g) ?? []).filter(option => !options.has(option)),
        [],
      );
    } finally {
      await home.remove();
    }
  });
});

describe('a flow on standard input', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  const validate = async (options: RunOptions) => {
    const ended = await home.run(['validate', '-', '--json'], options);
    const { ok, diagnostics } = documentOf(ended, 'validate');
    return [ended.code, ok, ...diagnostics.map(finding => finding.code)];
  };

  it('is read to its end', async () => {
    const file = openSync(ROBOT_CELL, 'r');
    assert.deepEqual(await validate({ stdio: [file, 'pipe', 'pipe'] }), [0, true]);
    assert.deepEqual(await validate({ input: '[]' }), [0, true]);
  });

  it('may be empty or missing, and then is no flow', async () => {
    assert.deepEqual(await validate({ input: '' }), [1, false, 'GW_FLOW_NOT_JSON']);
    assert.deepEqual(await validate({ stdio: ['ignore', 'pipe', 'pipe'] }), [1, false, 'GW_FLOW_NOT_JSON']);
  });

  it('may not be without end', async () => {
    const endless = openSync('/dev/zero', 'r');
    assert.deepEqual(await validate({ stdio: [endless, 'pipe', 'pipe'] }), [1, false, 'GW_FLOW_TOO_LARGE']);
  });
});
