// The log of a real firmware, in which one measurement at a time is another one: as when that part of the machine were.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type EventLog, NO_ACTION, parseEventLog } from '../../runtime/attest/event-log.ts';
import { parseEvidence } from '../../runtime/attest/evidence.ts';
import { measuredBy } from '../../runtime/attest/measured.ts';
import { verify } from '../../runtime/attest/verdict.ts';
import { softwareTpm } from './software-evidence.ts';

const LOG = readFileSync(new URL('ovmf-linux.measurements', import.meta.url));

/** The log with one bit of a digest changed; the digest is found behind the ones before it. */
function changed({ events }: EventLog, index: number): Buffer {
  const copy = Buffer.from(LOG);
  let at = 0;
  for (const { digests } of events.slice(0, index + 1)) at = copy.indexOf(digests.sha256 ?? assert.fail(), at + 1);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe('a boot of OVMF and Linux', () => {
  const tpm = softwareTpm();
  const log = parseEventLog(LOG);
  const nonce = Buffer.alloc(32, 9);
  const { policy } = tpm.evidence(LOG, nonce);

  it('is trusted by what was learned from it', () => {
    assert.deepEqual(verify(parseEvidence(tpm.evidence(LOG, nonce))).findings, []);
  });

  it('names the one component of which the measurement is another one, for every event', () => {
    const named = new Set<string>();
    for (const [index, event] of log.events.entries()) {
      if (event.type === NO_ACTION) continue;
      const { component } = measuredBy(event);
      const { verdict, findings } = verify(parseEvidence({ ...tpm.evidence(changed(log, index), nonce), policy }));
      const told = findings.map(finding => [finding.component, finding.pcr]);
      assert.deepEqual([verdict, told], ['mismatch', [[component, event.pcr]]], `event ${index}`);
      named.add(component);
    }
    for (const component of ['firmware', 'Secure Boot keys', 'kernel', 'initrd', 'command line'])
      assert.ok(named.has(component), component);
  });
});
