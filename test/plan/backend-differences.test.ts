import assert from 'node:assert/strict';
import { factsOf } from '../../runtime/drivers/memory/facts.ts';
import { backendDifferences } from '../../runtime/plan/backend-differences.ts';

describe('what sets back ends apart', () => {
  const usual = factsOf('vm');
  const told = (changes: Parameters<typeof factsOf>[1]) =>
    backendDifferences([
      { backend: 'simulated', facts: [usual] },
      { backend: 'embedded', facts: [factsOf('vm', changes)] },
    ]).map(({ kind, what, ways }) => [kind, what, ...ways.map(one => one.way)]);

  it('is nothing when their drivers say the same', () => assert.deepEqual(told({}), []));

  it('is who does it, what it lacks and why, and how a field is changed', () => {
    const changes = {
      driver: 'v86',
      label: 'emulated',
      mutable: { ...usual.mutable, running: 'restart', image: undefined },
      lacks: { watchdog: 'the PC has none' },
      renames: false,
    } as const;
    assert.deepEqual(told({ vm: changes as never }), [
      ['vm', 'driver', 'memory (simulated)', 'v86 (emulated)'],
      ['vm', 'change of image', 'restart', 'made anew'],
      ['vm', 'change of running', 'in place', 'restart'],
      ['vm', 'renaming', 'in place', 'made anew'],
      ['vm', 'watchdog', 'yes', 'no: the PC has none'],
    ]);
  });

  it('is also that one of them cannot make a kind at all', () => {
    const [first] = backendDifferences([
      { backend: 'simulated', facts: [usual] },
      { backend: 'linux', facts: [] },
    ]);
    assert.deepEqual(first?.ways, [
      { backend: 'simulated', way: 'memory (simulated)' },
      { backend: 'linux', way: 'none' },
    ]);
  });
});
