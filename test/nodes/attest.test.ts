// An attestation gate among ordinary nodes: what it shows, and what it tells.
import assert from 'node:assert/strict';
import { start } from '../../nodes/attest/attest.behaviour.ts';
import type { BehaviourWorld } from '../../nodes/behaviour.ts';
import type { RuntimeMessage, RuntimeStatus } from '../../nodes/runtime-api.ts';
import type { GateStanding } from '../../runtime/model/attestation.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';

const GATE = 'gate.cell-7/boot';

/** A node that hears what a gateway tells. */
function open(tapped = true) {
  const sent: RuntimeMessage[] = [];
  const shown: RuntimeStatus[] = [];
  let tell: (event: AgentEvent) => void = () => {};
  const world = {
    config: { id: 'n', type: 'gatewright-attest', name: 'boot' },
    gateway: 'cell-7',
    user: 'flow',
    platform: {
      onEvent(listener: (event: AgentEvent) => void) {
        tell = listener;
        return () => {
          tell = () => {};
        };
      },
    },
    tapped: () => tapped,
    status: (status: RuntimeStatus) => void shown.push(status),
    send: (message: RuntimeMessage) => void sent.push(message),
  };
  const behaviour = start(world as unknown as BehaviourWorld);
  const hear = (fields: Partial<GateStanding>) => {
    const standing: GateStanding = {
      gate: GATE,
      machine: 'vm.robot',
      state: 'trusted',
      openMs: 1,
      findings: [],
      ...fields,
    };
    tell({ type: 'attestation', gateway: 'cell-7', atMs: 1, standings: [standing] });
  };
  return { behaviour, hear, sent, shown };
}

describe('an attestation gate in a flow', () => {
  it('shows when it was proven last and by which record, in no more words than fit', () => {
    const { hear, shown } = open();
    hear({ proven: { at: new Date(2026, 10, 26, 9, 5).getTime(), record: 123_456 } });
    assert.deepEqual(shown, [{ fill: 'green', shape: 'dot', text: 'trusted 09:05, no. 1234…' }]);
  });

  it('names what differs, and tells ordinary nodes of every verdict', () => {
    const { hear, shown, sent } = open();
    const findings = [
      { code: 'GW_ATTEST_MISMATCH', message: 'The kernel is another one (PCR 4).', component: 'kernel', pcr: 4 },
    ];
    hear({ state: 'mismatch', openMs: 0, findings });
    assert.deepEqual(shown, [{ fill: 'red', shape: 'dot', text: 'mismatch: kernel' }]);
    assert.equal(sent[0]?.topic, GATE);
    const { findings: told } = (sent[0]?.payload as GateStanding | undefined) ?? assert.fail('nothing was sent');
    assert.deepEqual(told, findings);
  });

  it('tells nobody where nobody is wired to it, nor of other gates, nor after its end', () => {
    const quiet = open(false);
    quiet.hear({});
    assert.deepEqual([quiet.sent.length, quiet.shown.length], [0, 1]);
    const { hear, shown, behaviour } = open();
    hear({ gate: 'gate.cell-7/other' });
    behaviour.close?.();
    hear({});
    assert.deepEqual(shown, []);
  });
});
