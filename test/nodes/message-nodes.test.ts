// Plan, apply and event nodes in a real Node-RED, asked over HTTP as any flow would be.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { build, DIST, ROOT } from '../../scripts/build.ts';
import { emptyUserDir, type StockNodeRed, startStockNodeRed, until } from '../stock/stock-node-red.ts';

type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

const drawing: readonly FlowNode[] = JSON.parse(readFileSync(`${ROOT}flows/operate/flow.json`, 'utf8'));
const tab = drawing.find(node => node.type === 'tab')?.id ?? '';
const gateway = drawing.find(node => node.type === 'gatewright-gateway')?.id ?? '';
const designOnly = drawing.filter(node => /^(tab|gatewright-(?!plan|apply|event))/.test(node.type));

/** An HTTP end point that passes its body through one of our nodes and answers what comes out, or what Catch receives. */
function endPoint(path: string, node: FlowNode): FlowNode[] {
  const [request, answer, caught, shape] = ['in', 'out', 'catch', 'shape'].map(part => `${path}-${part}`) as [
    string,
    string,
    string,
    string,
  ];
  const rules = [
    { t: 'set', p: 'statusCode', pt: 'msg', to: '500', tot: 'num' },
    { t: 'set', p: 'payload', pt: 'msg', to: '{"error": error.message, "payload": payload}', tot: 'jsonata' },
  ];
  return [
    { id: request, type: 'http in', z: tab, url: `/${path}`, method: 'post', wires: [[node.id]] },
    { ...node, z: tab, version: 1, wires: [[answer]] },
    { id: answer, type: 'http response', z: tab, wires: [] },
    { id: caught, type: 'catch', z: tab, scope: [node.id], wires: [[shape]] },
    { id: shape, type: 'change', z: tab, rules, wires: [[answer]] },
  ];
}

/** Events are kept in the flow's context and handed out at /heard. */
const heard: FlowNode[] = [
  {
    id: 'event',
    type: 'gatewright-event',
    z: tab,
    gateway: '',
    kinds: 'apply-started, apply-ended',
    wires: [['keep']],
  },
  {
    id: 'keep',
    type: 'change',
    z: tab,
    rules: [
      {
        t: 'set',
        p: 'heard',
        pt: 'flow',
        to: '$append($flowContext("heard"), [{"topic": topic, "type": payload.type}])',
        tot: 'jsonata',
      },
    ],
    wires: [[]],
  },
  { id: 'heard-in', type: 'http in', z: tab, url: '/heard', method: 'post', wires: [['heard-get']] },
  {
    id: 'heard-get',
    type: 'change',
    z: tab,
    rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'heard', tot: 'flow' }],
    wires: [['heard-out']],
  },
  { id: 'heard-out', type: 'http response', z: tab, wires: [] },
];

const messageNodes = [
  ...endPoint('plan', { id: 'plan', type: 'gatewright-plan', gateway: '' }),
  ...endPoint('apply', { id: 'apply', type: 'gatewright-apply', gateway, onFailure: 'stop' }),
  ...heard,
];

interface Planned {
  readonly plans: readonly { readonly gateway: string; readonly hash: string; readonly steps: readonly unknown[] }[];
  readonly text: string;
}

describe('message nodes', function () {
  this.timeout(90_000);
  let red: StockNodeRed;
  const ask = async (path: string, body: unknown) => {
    const answer = await red.post(`/${path}`, body);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const plan = async () => (await ask('plan', {})).body as unknown as Planned;

  before(async () => {
    await build();
    red = await startStockNodeRed(emptyUserDir(), [DIST]);
    await red.deploy([...designOnly, ...messageNodes]);
    await until(async () => {
      const state = (await red.get('/gatewright/state')) as { gateways: { plan?: unknown }[] };
      return state.gateways[0]?.plan !== undefined;
    });
  });
  after(() => red?.close());

  it('give a plan as data and in words for any message', async () => {
    const { plans, text } = await plan();
    assert.deepEqual(
      plans.map(one => one.gateway),
      ['press-1'],
    );
    assert.match(plans[0]?.hash ?? '', /^[0-9a-f]{64}$/);
    assert.match(text, /press-1 \(simulated\)/);
  });

  it('refuse to apply what nobody approved', async () => {
    const { status, body } = await ask('apply', { go: true });
    assert.equal(status, 500);
    assert.match(String(body.error), /approves no plan/);
  });

  it('refuse a plan that is stale', async () => {
    const { status, body } = await ask('apply', { planHash: '0'.repeat(64) });
    assert.equal(status, 500);
    assert.match(String(body.error), /stale|changed|plan again/i);
    assert.ok((await plan()).plans[0]?.steps.length !== 0, 'nothing was applied');
  });

  it('apply the plan that a plan node sent, and then there is nothing to do', async () => {
    const { status, body } = await ask('apply', await plan());
    assert.equal(status, 200, JSON.stringify(body));
    const [result] = body.results as readonly Record<string, unknown>[];
    assert.deepEqual([result?.gateway, result?.outcome], ['press-1', 'applied']);
    const after = await plan();
    assert.deepEqual(after.plans[0]?.steps, []);
    assert.match(after.text, /Nothing to do/);
  });

  it('tell what gateways told', async () => {
    const { body } = await ask('heard', {});
    assert.deepEqual(body, [
      { topic: 'gatewright/press-1/apply-started', type: 'apply-started' },
      { topic: 'gatewright/press-1/apply-ended', type: 'apply-ended' },
    ]);
  });

  it('refuse what does not fit, and say which field', async () => {
    for (const payload of [{ action: 'explode' }, { planHash: 'short' }, { plans: [{ gateway: 'press-1' }] }]) {
      const { status, body } = await ask('apply', payload);
      assert.equal(status, 500);
      assert.match(String(body.error), /msg\.payload\.[a-z]+/);
    }
  });

  it('name the errors of a drawing instead of planning it', async () => {
    const faulty = designOnly.map(node => (node.type === 'gatewright-vm' ? { ...node, memoryMiB: 1_000_000 } : node));
    await red.deploy([...faulty, ...messageNodes]);
    await until(async () => {
      const state = (await red.get('/gatewright/state')) as { diagnostics: { severity: string }[] };
      return state.diagnostics.some(diagnostic => diagnostic.severity === 'error');
    });
    const { status, body } = await ask('plan', {});
    assert.equal(status, 500);
    assert.match(String(body.error), /has 1 error/);
  });
});
