// The reference drawing, from the first look to the last, as the tour of the README goes: by the commands alone, and by
// commands that ask running agents.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CliCommand } from '../../runtime/cli/shapes.ts';
import { type Home, openHome, startAgent } from './command.ts';
import { documentOf } from './document.ts';
import { ROBOT_CELL, ROBOT_CELL_STEPS, reference, withNewIds } from './flows.ts';

const GATEWAYS = Object.keys(ROBOT_CELL_STEPS);
const ALL_STEPS = Object.values(ROBOT_CELL_STEPS);
const NO_STEPS = ALL_STEPS.map(() => 0);

/** The file of a simulated VM: without it the VM is gone behind everybody's back. */
function vmFile(home: Home): string {
  return join(home.gateway('cell-7'), 'drivers/memory/simulated/cell-7/vm/a7.json');
}

describe('robot-cell by commands in words', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  /** Runs a command that says nothing on the side. */
  async function told(...args: readonly string[]): Promise<readonly [number | null, string]> {
    const { code, stdout, stderr } = await home.run(args);
    assert.equal(stderr, '');
    return [code, stdout];
  }
  const nothing = GATEWAYS.map(name => `${name} (simulated), generation 1: Nothing to do. Everything runs as drawn.\n`);

  it('knows no gateway at first', async () => {
    assert.deepEqual(await told('observe'), [
      0,
      'No gateway is known here. Apply a drawing, or start an agent: gatewright agent --gateway NAME.\n',
    ]);
  });

  it('is planned, and the exit code tells of it only when asked to', async () => {
    const [code, plan] = await told('plan', ROBOT_CELL);
    assert.equal(code, 0);
    assert.match(plan, /^cell-7 \(simulated\), generation 0 to 1: 11 to create\.\n/);
    assert.match(plan, /\ncell-8 \(simulated\), generation 0 to 1: 8 to create\.\n/);
    assert.match(plan, /\nvendor-a\n(.*\n)* {2}\+ {3}vm\.cell-7\/a7 {2}drawn, and not there yet\n/);
    assert.deepEqual(await told('plan', ROBOT_CELL, '--detailed-exitcode'), [1, plan]);
    const [, one] = await told('plan', ROBOT_CELL, '--gateway', 'cell-8');
    assert.ok(plan.endsWith(one) && one.startsWith('cell-8'), one);
  });

  it('is not applied when nobody can be asked', async () => {
    const [code, text] = await told('apply', ROBOT_CELL);
    assert.equal(code, 1);
    assert.match(text, /11 to create/);
    assert.match(
      text,
      /\nNothing was changed, .* Give --yes to apply all the same, or --plan HASH to approve one plan\.\n$/,
    );
    assert.match((await told('observe'))[1], /^cell-7 \(simulated\), generation 0: 0 resources\ncell-8 /);
  });

  it('is applied, and then nothing is left to do', async () => {
    const applied = GATEWAYS.map(name => `${name} (simulated): applied. Generation 1 is complete.\n`);
    assert.deepEqual(await told('apply', ROBOT_CELL, '--yes'), [0, applied.join('')]);
    assert.deepEqual(await told('plan', ROBOT_CELL, '--detailed-exitcode'), [0, nothing.join('\n')]);
    const again = GATEWAYS.map(name => `${name} (simulated): unchanged. Nothing to do, everything runs as drawn.\n`);
    assert.deepEqual(await told('apply', ROBOT_CELL), [0, again.join('')]);
  });

  it('is the same drawing after an import that gave every node a new id and another place in the file', async () => {
    const imported = withNewIds(reference('robot-cell')).toReversed();
    const old = new Set(reference('robot-cell').map(node => node.id));
    assert.deepEqual(
      imported.filter(node => old.has(node.id)),
      [],
    );
    const path = await home.file('imported.json', imported);
    assert.deepEqual(await told('plan', path, '--detailed-exitcode'), [0, nothing.join('\n')]);
  });

  it('is observed', async () => {
    const [code, text] = await told('observe', '--gateway', 'cell-7');
    assert.equal(code, 0);
    assert.match(
      text,
      /^cell-7 \(simulated\), generation 1: 11 resources\n( {2}\S+\n)+ {2}vm\.cell-7\/a7 {2}running\n/,
    );
  });

  it('shows drift, and is mended', async () => {
    const fine = GATEWAYS.map(name => `${name} (simulated), generation 1: No drift. Everything runs as drawn.\n`);
    assert.deepEqual(await told('drift', ROBOT_CELL), [0, fine.join('\n')]);
    await rm(vmFile(home));
    const [code, text] = await told('drift', ROBOT_CELL);
    assert.equal(code, 1);
    assert.match(text, /vm\.cell-7\/a7/);
    assert.ok(text.endsWith(`\n${fine[1]}`), text);
    assert.equal((await told('apply', ROBOT_CELL, '--yes'))[0], 0);
    assert.equal((await told('drift', ROBOT_CELL))[0], 0);
  });

  it('is removed, and can be planned as on the first day', async () => {
    const [code, text] = await told('destroy', ROBOT_CELL, '--yes');
    assert.equal(code, 0);
    assert.match(text, /^cell-7 \(simulated\): applied\. Generation 3 is complete\.\ncell-8 .*Generation 2 is/);
    assert.match((await told('plan', ROBOT_CELL))[1], /generation 3 to 4: 11 to create/);
  });
});

for (const [world, agents] of [
  ['commands of their own', []],
  ['agents that run', GATEWAYS],
] as const)
  describe(`robot-cell by documents, over ${world}`, function () {
    // Many processes, one after the other, each of which shares its processor with others.
    this.timeout(60_000);
    let home: Home;
    before(async () => {
      home = await openHome();
      await Promise.all(agents.map(name => startAgent(home, name)));
    });
    after(() => home.remove());

    async function told<C extends CliCommand>(command: C, ...args: readonly string[]) {
      const ended = await home.run([command, ...args, '--json']);
      return { code: ended.code, ...documentOf(ended, command) };
    }
    const steps = (document: { readonly plans: readonly { readonly steps: readonly unknown[] }[] }) =>
      document.plans.map(plan => plan.steps.length);

    it('goes from the drawing to running and back', async () => {
      const validated = await told('validate', ROBOT_CELL);
      assert.deepEqual([validated.code, validated.ok, validated.design.gateways], [0, true, GATEWAYS]);
      const planned = await told('plan', ROBOT_CELL, '--detailed-exitcode');
      assert.deepEqual([planned.code, planned.ok, steps(planned)], [1, true, ALL_STEPS]);
      const applied = await told('apply', ROBOT_CELL, '--yes');
      assert.deepEqual([applied.code, applied.ok, steps(applied)], [0, true, ALL_STEPS]);
      assert.deepEqual(
        applied.results.map(({ outcome, generation }) => [outcome, generation]),
        [
          ['applied', 1],
          ['applied', 1],
        ],
      );
      const imported = await home.file('imported.json', withNewIds(reference('robot-cell')));
      const again = await told('plan', imported, '--detailed-exitcode');
      assert.deepEqual([again.code, steps(again)], [0, NO_STEPS]);
      const observed = await told('observe');
      const seen = observed.gateways.flatMap(gateway => Object.keys(gateway.resources));
      assert.deepEqual([observed.code, observed.away, seen.sort()], [0, [], validated.design.resources]);
      const fine = await told('drift', ROBOT_CELL);
      assert.deepEqual([fine.code, fine.ok, steps(fine)], [0, true, NO_STEPS]);
      await rm(vmFile(home));
      const drift = await told('drift', ROBOT_CELL);
      assert.deepEqual([drift.code, drift.ok], [1, false]);
      assert.deepEqual(
        drift.plans[0]?.steps.map(step => [step.action, step.address]),
        [['create', 'vm.cell-7/a7']],
      );
      const destroyed = await told('destroy', ROBOT_CELL, '--yes');
      assert.deepEqual([destroyed.code, destroyed.results.map(({ outcome }) => outcome)], [0, ['applied', 'applied']]);
      assert.deepEqual(steps(await told('plan', ROBOT_CELL)), ALL_STEPS);
    });

    it('applies exactly the plan that was approved', async () => {
      const one = ['--gateway', 'cell-8'];
      const { plans } = await told('plan', ROBOT_CELL, ...one);
      const other = await home.run(['apply', ROBOT_CELL, ...one, '--plan', 'f'.repeat(64), '--json']);
      const { code, message } = documentOf(other, 'error');
      assert.deepEqual([other.code, code], [1, 'GW_PLAN_STALE']);
      assert.match(message, /no longer the one that was approved; plan again/);
      const approved = await told('apply', ROBOT_CELL, ...one, '--plan', plans[0]?.hash ?? '');
      assert.deepEqual([approved.code, approved.results.length], [0, 1]);
    });

    it('says on the side why nothing happened when nobody can be asked', async () => {
      const ended = await home.run(['destroy', ROBOT_CELL, '--json']);
      const { ok, results } = documentOf(ended, 'destroy');
      assert.deepEqual([ended.code, ok, results], [1, false, []]);
      assert.match(
        ended.stderr,
        /^Nothing was changed, for nobody can be asked here\. Give --yes to destroy all the same/,
      );
    });
  });
