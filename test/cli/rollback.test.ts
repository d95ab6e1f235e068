// `gatewright rollback` as a stranger uses it: what was complete before is there again, and nothing happens unasked.
import assert from 'node:assert/strict';
import { type Home, openHome } from './command.ts';
import { documentOf, failureIn } from './document.ts';
import { crowd } from './flows.ts';
import { runInTerminal } from './pseudo-terminal.ts';

describe('going back', function () {
  this.timeout(60_000);
  let home: Home;
  beforeEach(async () => {
    home = await openHome();
  });
  afterEach(() => home.remove());

  const apply = async (vms: number) => {
    const path = await home.file('crowd.json', crowd(vms));
    const { code, stderr } = await home.run(['apply', path, '--yes']);
    assert.equal(code, 0, stderr);
  };
  const vmsNow = async () => {
    const { gateways } = documentOf(await home.run(['observe', '--json']), 'observe');
    return Object.keys(gateways[0]?.resources ?? {}).filter(address => address.startsWith('vm.')).length;
  };

  it('takes the last apply back, and the one before it, down to nothing of ours', async () => {
    await apply(2);
    await apply(3);
    assert.equal(await vmsNow(), 3);
    const first = await home.run(['rollback', '--gateway', 'crowd', '--yes', '--json']);
    const { ok, results } = documentOf(first, 'rollback');
    assert.deepEqual([first.code, ok, results.map(({ outcome }) => outcome)], [0, true, ['rolled-back']]);
    assert.equal(await vmsNow(), 2);
    const second = await home.run(['rollback', '--yes']);
    assert.deepEqual([second.code, second.stdout], [0, 'crowd: rolled-back. Nothing of ours is left.\n']);
    assert.equal(await vmsNow(), 0);
  });

  it('changes nothing where nobody can be asked, and says how to do it all the same', async () => {
    await apply(1);
    const { code, stdout } = await home.run(['rollback']);
    assert.match(stdout, /generation 1 to 0: \d+ to remove\./);
    assert.match(stdout, /vm-0 goes away\. Its own state is lost; this cannot be undone\./);
    assert.deepEqual([code, /Nothing was changed.*--yes/.test(stdout)], [1, true]);
    assert.equal(await vmsNow(), 1);
  });

  it('asks whoever sits at a terminal, and takes no for an answer', async () => {
    await apply(1);
    const session = runInTerminal(home, ['rollback']);
    await session.until('Take crowd back to generation 0?');
    session.type('n\r');
    const { code, stdout } = await session.ended;
    assert.deepEqual([code, stdout.includes('Nothing was changed.')], [1, true]);
    assert.equal(await vmsNow(), 1);
  });

  it('says so when there is nothing to go back to', async () => {
    await apply(1);
    await home.run(['rollback', '--yes']);
    const [code, name, message] = failureIn(await home.run(['rollback', '--yes', '--json']));
    assert.deepEqual([code, name], [1, 'GW_NO_EARLIER_GENERATION']);
    assert.match(message, /^crowd: nothing was applied yet/);
  });
});
