// What an attestation gate does with messages, and what it shows of itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { start } from '../../nodes/attest/attest.behaviour.ts';
import { formFacts } from '../../nodes/attest/attest.form-facts.ts';
import type { BehaviourWorld } from '../../nodes/behaviour.ts';
import type { RuntimeMessage } from '../../nodes/runtime-api.ts';
import { STATUS_TEXT_MAX } from '../../nodes/status.ts';
import type { GateStanding } from '../../runtime/model/attestation.ts';
import { componentsIn, QUOTED_PCRS } from '../../runtime/model/boot-component.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import { gateState } from '../../runtime/platform/gate-state.ts';
import { nodeStateOf } from '../../runtime/platform/node-state.ts';
import { boxGate, designOf } from '../contract/samples.ts';

const NOW = Date.UTC(2026, 10, 26, 12);
const [MINUTE, HOUR] = [60_000, 3_600_000];
const trusted: GateStanding = {
  ...{ gate: boxGate.address, machine: 'host', state: 'trusted', openMs: 300_000 },
  ...{ proven: { at: NOW, record: 1 }, findings: [] },
};
const changed = (component?: string): GateStanding => ({
  ...{ ...trusted, state: 'mismatch', openMs: 0 },
  findings: [{ code: 'GW_ATTEST_PCR', message: 'is another one', ...(component === undefined ? {} : { component }) }],
});

/** A gate that is wired to an ordinary node, or to none. */
function gateNode({ wired = true, placed = true } = {}) {
  const [sent, asked]: [RuntimeMessage[], unknown[]] = [[], []];
  let tell: (event: AgentEvent) => void = () => {};
  let closed = false;
  const platform = {
    onEvent(listener: typeof tell) {
      tell = listener;
      return () => {
        closed = true;
      };
    },
    design: () => ({ resources: designOf([boxGate]).resources }),
    attestation: (...by: unknown[]) => ({ ask: async (machine: string) => void asked.push([...by, machine]) }),
  };
  const name = boxGate.address.replace(/^.*\//, '');
  const world = {
    config: { name },
    gateway: placed ? 'cell-7' : undefined,
    platform,
    user: 'node gate',
    tapped: () => wired,
  };
  const send = (message: RuntimeMessage) => void sent.push(message);
  const behaviour = start({ ...world, send, status() {} } as unknown as BehaviourWorld);
  const hear = (standing: GateStanding, from = 'cell-7') =>
    tell({ type: 'attestation', gateway: from, atMs: NOW, standings: [standing] });
  const input = async (payload: unknown) => behaviour.input?.({ payload });
  return { behaviour, input, hear, sent, asked, closed: () => closed };
}

describe('an attestation gate among ordinary nodes', () => {
  it('tells every change and every proof, once', () => {
    const { hear, sent } = gateNode();
    hear(trusted);
    hear({ ...trusted, openMs: 200_000 });
    hear({ ...trusted, proven: { at: NOW + MINUTE, record: 2 } });
    hear(changed('kernel'));
    assert.deepEqual(
      sent.map(({ payload }) => (payload as GateStanding).state),
      ['trusted', 'trusted', 'mismatch'],
    );
    assert.equal(sent[0]?.topic, boxGate.address);
    assert.deepEqual(sent[2]?.payload, changed('kernel'));
  });

  it('tells nothing of other gates and gateways, nor where nobody listens', () => {
    const { hear, sent } = gateNode();
    hear({ ...trusted, gate: 'gate.cell-7/another' });
    hear(trusted, 'cell-8');
    assert.deepEqual(sent, []);
    const alone = gateNode({ wired: false });
    alone.hear(trusted);
    assert.deepEqual(alone.sent, []);
  });

  it('asks its machine at once when a message says so, and for nothing else', async () => {
    const { input, asked } = gateNode();
    assert.equal(await input('ask'), undefined);
    assert.deepEqual(asked, [['cell-7', 'node gate', 'host']]);
    await assert.rejects(input('open'), /takes the payload "ask"/);
    await assert.rejects(input({ toString: () => 'ask' }), /takes the payload/);
    assert.equal(asked.length, 1);
  });

  it('says what is missing when it is on no gateway', async () => {
    const { input } = gateNode({ placed: false });
    await assert.rejects(input('ask'), /has no gateway/);
  });

  it('hears nothing after it has gone', () => {
    const { behaviour, closed } = gateNode();
    behaviour.close?.();
    assert.ok(closed());
  });
});

describe('what an attestation gate shows of itself', () => {
  const shown = (standing: GateStanding, later = 0) => gateState(standing, NOW + later);

  it('says how long ago it was proven, the day above a day, and by which record, where it fits', () => {
    const texts = [0, MINUTE, 59 * MINUTE, HOUR, 23 * HOUR, 24 * HOUR, -HOUR].map(later => shown(trusted, later).text);
    assert.deepEqual(texts, [
      ...['trusted just now #1', 'trusted 1 min ago #1', 'trusted 59 min ago #1', 'trusted 1 h ago #1'],
      ...['trusted 23 h ago #1', 'trusted 2026-11-26 #1', 'trusted just now #1'],
    ]);
    const late = { ...trusted, proven: { at: NOW, record: 12_345 } };
    assert.equal(shown(late, 2 * MINUTE).text, 'trusted 2 min ago #12345');
    assert.equal(shown(late, 59 * MINUTE).text, 'trusted 59 min ago');
  });

  it('names what differs, and has another shape for each state that is not open', () => {
    assert.deepEqual(shown(changed('kernel')), { state: 'blocked', text: 'mismatch: kernel' });
    assert.equal(shown(changed()).text, 'mismatch: unknown');
    assert.deepEqual(shown({ ...trusted, state: 'stale', openMs: 0 }), { state: 'unknown', text: 'stale' });
    assert.deepEqual(shown({ ...trusted, state: 'never', openMs: 0 }), { state: 'unknown', text: 'never proven' });
  });

  it('is what its node says while it is in place, and a plan or a fault comes first', () => {
    const sign = { state: 'running', standing: changed('firmware settings') } as const;
    const text = nodeStateOf([sign], 'gate', NOW)?.text ?? '';
    assert.ok(text.startsWith('mismatch: firmware') && text.length <= STATUS_TEXT_MAX, text);
    assert.equal(nodeStateOf([{ ...sign, state: 'planned' }], 'gate', NOW)?.text, 'planned');
    assert.equal(nodeStateOf([{ ...sign, state: 'unknown' }], 'gate', NOW)?.text, 'gateway away');
    assert.equal(nodeStateOf([{ state: 'running' }], 'gate', NOW)?.text, 'in place');
  });
});

describe('the rules in the form of an attestation gate', () => {
  const read = (path: string) => readFileSync(new URL(`../../nodes/attest/${path}`, import.meta.url), 'utf8');

  it('offer every PCR that is quoted, and every component that can be measured into one, with their words', () => {
    const { actions, components, pcrs } = formFacts;
    assert.deepEqual(pcrs, QUOTED_PCRS.map(String));
    assert.deepEqual(new Set(components), new Set(QUOTED_PCRS.flatMap(pcr => componentsIn(pcr))));
    for (const [field, choices] of Object.entries({ action: 'actions', component: 'components', pcr: 'pcrs' }))
      assert.match(
        read('attest.editor.ts'),
        new RegExp(`field: '${field}', kind: 'choice',[^}]*choices: RULES\\.${choices}`),
      );
    for (const language of ['en-US', 'de']) {
      const { choice } = JSON.parse(read(`locales/${language}/attest.json`));
      assert.deepEqual(Object.keys(choice.action), actions);
      assert.deepEqual(Object.keys(choice.component), components);
      assert.deepEqual(Object.keys(choice.pcr), pcrs);
    }
  });
});
