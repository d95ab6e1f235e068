// The clock by which proofs get old: nobody sets it, it counts sleep, and it knows which start of the box it is.
import assert from 'node:assert/strict';
import { bootClock } from '../../runtime/host/boot-clock.ts';

describe('the clock of a start', () => {
  it('goes on with what the kernel says, sleep included', () => {
    let uptime = '12.34 20.00';
    const now = bootClock(path => (path.endsWith('uptime') ? uptime : 'a-boot\n'));
    assert.deepEqual(now(), { boot: 'a-boot', ms: 12_340 });
    uptime = '90000.00 20.00';
    assert.deepEqual(now(), { boot: 'a-boot', ms: 90_000_000 });
  });

  it('is that of the process where the kernel does not tell, which no proof of another one outlives', () => {
    const refuse = () => {
      throw new Error('there is no /proc');
    };
    const [one, other] = [bootClock(refuse), bootClock(refuse)];
    assert.notEqual(one().boot, other().boot);
    const [first, second] = [one(), one()];
    assert.equal(first.boot, second.boot);
    assert.ok(second.ms >= first.ms);
  });

  it('takes nonsense of the kernel for silence', () => {
    for (const uptime of ['', 'soon', '12 13'])
      assert.match(bootClock(path => (path.endsWith('uptime') ? uptime : 'a-boot'))().boot, /^process /);
  });

  it('agrees with itself on this machine', () => {
    const now = bootClock();
    const [first, second] = [now(), now()];
    assert.match(first.boot, /^[0-9a-f-]{36}$/);
    assert.equal(first.boot, second.boot);
    assert.ok(second.ms >= first.ms);
  });
});
