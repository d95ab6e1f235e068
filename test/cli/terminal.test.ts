// The command line at a terminal: progress, questions, Ctrl-C; and that none of it comes where no terminal is.
import assert from 'node:assert/strict';
import { type Home, openHome } from './command.ts';
import { crowd, ROBOT_CELL, reference, withFields } from './flows.ts';
import { runInTerminal, type TerminalSession } from './pseudo-terminal.ts';

const CLEAR_LINE = '\r\u001b[K';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** What a terminal would obey in place of showing it, other than ends of lines and {@link CLEAR_LINE}. */
function otherCommands(text: string): readonly string[] {
  return [...text.replaceAll(CLEAR_LINE, '').matchAll(/(?:[^\r\n\P{Cc}]|\p{Cf}).{0,10}/gu)].map(match => match[0]);
}

/** What remains to be read when progress has been drawn over. */
function lastDrawn(text: string): readonly string[] {
  return text.split('\r\n').map(line => line.split(CLEAR_LINE).at(-1) ?? '');
}

describe('at a terminal', function () {
  // Many processes, one after the other, each of which shares its processor with others.
  this.timeout(60_000);
  let home: Home;
  beforeEach(async () => {
    home = await openHome();
  });
  afterEach(() => home.remove());

  it('long work shows its progress in one line and leaves only the result', async () => {
    const { stdout, code } = await runInTerminal(home, ['apply', ROBOT_CELL, '--yes']).ended;
    assert.equal(code, 0);
    assert.match(stdout, /cell-7: looking at what is there/);
    assert.match(stdout, /cell-7: 11 of 11 done, last create \w+\.cell-7\//);
    assert.match(stdout, /cell-8: 8 of 8 done/);
    assert.deepEqual(lastDrawn(stdout), [
      'cell-7 (simulated): applied. Generation 1 is complete.',
      'cell-8 (simulated): applied. Generation 1 is complete.',
      '',
    ]);
    assert.deepEqual(otherCommands(stdout), []);
  });

  it('progress stays within the line, however narrow, and when nobody knows how wide', async () => {
    const narrow = await runInTerminal(home, ['apply', ROBOT_CELL, '--yes'], {}, { rows: 5, columns: 20 }).ended;
    const unknown = await runInTerminal(home, ['destroy', ROBOT_CELL, '--yes'], {}, { rows: 0, columns: 0 }).ended;
    const progress = (text: string) =>
      text
        .split(CLEAR_LINE)
        .flatMap(part => part.split('\r\n').slice(0, 1))
        .slice(0, -1);
    assert.ok(progress(narrow.stdout).length > 10);
    assert.deepEqual(
      progress(narrow.stdout).filter(line => line.length > 19),
      [],
    );
    assert.deepEqual(
      progress(unknown.stdout).filter(line => line.length > 79 || line.length < 5),
      [],
    );
  });

  it('none is drawn where nothing can be drawn over, nor for a program that reads', async () => {
    const dumb = await runInTerminal(home, ['apply', ROBOT_CELL, '--yes'], { TERM: 'dumb' }).ended;
    assert.deepEqual(dumb.stdout.split('\r\n').length, 3);
    assert.deepEqual(otherCommands(dumb.stdout), []);
    assert.doesNotMatch(dumb.stdout, /done, last/);
    const piped = await home.run(['destroy', ROBOT_CELL, '--yes'], { environment: { TERM: 'xterm-256color' } });
    assert.equal(piped.stderr, '');
    assert.doesNotMatch(piped.stdout, /[^\n\P{Cc}]/u);
  });

  it('nothing is coloured, with NO_COLOR or without', async () => {
    for (const args of [['plan', ROBOT_CELL], ['--help']]) {
      const environments = [{ NO_COLOR: '1' }, { FORCE_COLOR: '3' }];
      const runs = await Promise.all(environments.map(environment => runInTerminal(home, args, environment).ended));
      assert.deepEqual(
        runs.map(({ code, stdout }) => [code, otherCommands(stdout)]),
        runs.map(() => [0, []]),
      );
    }
  });

  it('shows the plan and asks, and does what is answered', async () => {
    const no = runInTerminal(home, ['apply', ROBOT_CELL]);
    await no.until('Run this apply? [y/N] ');
    assert.match(no.drawn(), /11 to create/);
    no.type('\r');
    const declined = await no.ended;
    assert.deepEqual([declined.code, declined.stdout.endsWith('Nothing was changed.\r\n')], [1, true]);
    const yes = runInTerminal(home, ['apply', ROBOT_CELL]);
    await yes.until('[y/N] ');
    yes.type('y\r');
    const agreed = await yes.ended;
    assert.deepEqual([agreed.code, /cell-8 \(simulated\): applied\./.test(agreed.stdout)], [0, true]);
  });

  for (const [name, key] of [
    ['Ctrl-C', CTRL_C],
    ['Ctrl-D', CTRL_D],
  ] as const)
    it(`takes ${name} at the question for a no`, async () => {
      const session = runInTerminal(home, ['apply', ROBOT_CELL]);
      await session.until('[y/N] ');
      session.type(key);
      const { code, stdout } = await session.ended;
      assert.equal(code, 1, stdout);
      assert.match(stdout, /\[y\/N\] [^\n]*\r\nNothing was changed\.\r\n$/);
      assert.match((await home.run(['observe'])).stdout, /generation 0: 0 resources/);
    });

  it('Ctrl-C in the middle comes to a safe point, and the next apply does the rest', async () => {
    const path = await home.file('crowd.json', crowd(120));
    const session: TerminalSession = runInTerminal(home, ['apply', path, '--yes']);
    await session.until(' of 242 done');
    session.type(CTRL_C);
    const { code, stdout } = await session.ended;
    assert.equal(code, 1, stdout.slice(-500));
    assert.match(
      stdout,
      /Stopping at the next safe point\. Press Ctrl-C again to leave at once; nothing is lost by it\./,
    );
    assert.match(
      stdout,
      /crowd \(simulated\): cancelled\. .*plan again.* Generation 0 is the last complete one\.\r\n$/,
    );
    assert.equal((await home.run(['apply', path, '--yes'])).code, 0);
  });

  it('commands to the terminal in a drawing do not reach it, in words or in a document', async () => {
    const hostile = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e';
    const path = await home.file('named.json', withFields(reference('robot-cell'), 'vm', { name: hostile }));
    for (const args of [
      ['validate', path],
      ['validate', path, '--json'],
      ['apply', path],
    ]) {
      const { code, stdout } = await runInTerminal(home, args).ended;
      assert.equal(code, 1);
      assert.deepEqual(otherCommands(stdout), []);
      assert.match(stdout, /owned/, 'the name is told, made harmless');
    }
  });
});
