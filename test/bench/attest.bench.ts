// How long a verdict takes, and what it costs to give one for a thousand gateways every minute.

import { EVENT } from '../../runtime/attest/event-types.ts';
import { type EvidenceInput, parseEvidence } from '../../runtime/attest/evidence.ts';
import { verify } from '../../runtime/attest/verdict.ts';
import { type BootEvent, bootOf, logOf, MACHINE } from '../attest/boot-log.ts';
import { softwareTpm } from '../attest/software-evidence.ts';
import { type Bench, type Figure, summarize, timeMs } from './harness.ts';

const EVENTS = 200;
const GATEWAYS = 1_000;
const ROUNDS = 101;

/** A boot with as many events as a busy boot loader makes. */
function longLog(seed: number): Buffer {
  const boot = bootOf({ ...MACHINE, kernel: `kernel ${seed}` });
  const more = Array.from({ length: EVENTS - boot.length }, (_, index): BootEvent => {
    return { pcr: 8, type: EVENT.ipl, data: Buffer.from(`grub_cmd: set number=${index} ${seed}`) };
  });
  return logOf([...boot, ...more]);
}

function trusted(evidence: EvidenceInput): void {
  const { verdict, findings } = verify(parseEvidence(evidence));
  if (verdict !== 'trusted') throw new Error(`sound evidence is ${verdict}: ${findings[0]?.message}`);
}

async function one(): Promise<Figure> {
  const text = JSON.stringify(softwareTpm().evidence(longLog(0), Buffer.alloc(32, 1)));
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    times.push(await timeMs(() => trusted(JSON.parse(text) as EvidenceInput)));
  return {
    id: 'attest-verify',
    what: `a verdict on one quote and a log of ${EVENTS} events, from JSON`,
    unit: 'ms',
    ...summarize(times),
    goal: { better: 'lower', gate: 10, extreme: 3 },
  };
}

/** CPU time of verdicts on evidence of as many machines, as a share of the minute in which one is due for each. */
async function fleet(): Promise<Figure> {
  const machines = Array.from({ length: GATEWAYS }, (_, index) =>
    JSON.stringify(softwareTpm().evidence(longLog(index), Buffer.alloc(32, 1))),
  );
  const shares: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const before = process.cpuUsage();
    for (const text of machines) trusted(JSON.parse(text) as EvidenceInput);
    const { user, system } = process.cpuUsage(before);
    shares.push((100 * (user + system)) / 60_000_000);
  }
  return {
    id: 'attest-fleet',
    what: `share of one core for ${GATEWAYS} gateways, each judged once a minute`,
    unit: '%',
    ...summarize(shares),
  };
}

export const bench: Bench = {
  what: 'verdicts on TPM evidence: one, and those of a thousand gateways a minute',
  label: 'simulated',
  async run(note) {
    note('one quote');
    const single = await one();
    note(`${GATEWAYS} gateways`);
    return [single, await fleet()];
  },
};
