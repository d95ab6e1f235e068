// The way the README names: `npm run -s gatewright -- COMMAND`.
import assert from 'node:assert/strict';
import { type Home, openHome, type RunOptions } from './command.ts';
import { documentOf } from './document.ts';
import { ROBOT_CELL } from './flows.ts';

/** npm as it runs this test, or else the one on the path. */
const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
const BY_NPM: RunOptions = { program: [...npm, 'run', '-s', 'gatewright', '--'] };

describe('npm run -s gatewright', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  it('passes on arguments, output and exit code, and adds nothing', async () => {
    const planned = await home.run(['plan', ROBOT_CELL, '--detailed-exitcode', '--json'], BY_NPM);
    assert.equal(planned.stderr, '');
    assert.deepEqual([planned.code, documentOf(planned, 'plan').plans.length], [1, 2]);
    const wrong = await home.run(['validate', 'no such file.json'], BY_NPM);
    const words = 'gatewright: there is no file no such file.json; name a file with flow JSON\n';
    assert.deepEqual([wrong.code, wrong.stdout, wrong.stderr], [2, '', words]);
  });
});
