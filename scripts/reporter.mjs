// mocha's spec reporter, then one closing line counted from the real run. In CI a skipped test is a failure.
import Mocha from 'mocha';

/** For what ends by itself. */
const LEFT_FOR_MS = 10_000;

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const broken = Number(process.env.GATEWRIGHT_BROKEN_CHECKS ?? 0);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      const refused = process.env.CI === 'true' ? pending : 0;
      if (refused > 0) process.stdout.write('  Skipped tests count as failed in CI.\n');
      const left = runner.total - this.stats.tests;
      if (left > 0) process.stdout.write(`  ${left} tests did not run, as something before them failed.\n`);
      if (broken > 0) process.stdout.write(`  ${broken} of the checks before the tests failed; see above.\n`);
      process.stdout.write(`\n${passes} passed, ${failures + refused + broken} failed, ${pending - refused} skipped\n`);
      if (refused > 0) process.exitCode = 1;
      // What a failed test still waits for would keep the process for ever.
      if (failures > 0) setTimeout(() => process.exit(1), LEFT_FOR_MS).unref();
    });
  }
}
