// The pack in a stock Node-RED at work: every example is imported as a person does it, a faulty drawing is never applied, and a VM
// of the embedded back end boots in Node-RED's own process and answers at its console.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connectAgent } from '../../runtime/agent/client.ts';
import type { PlatformState } from '../../runtime/platform/platform-port.ts';
import { PACK } from '../../scripts/build/manifest.ts';
import { pack } from '../../scripts/pack.ts';
import { embeddedSettings } from '../lab/embedded-images.ts';
import { applyPlanned } from '../server/apply.ts';
import { followStatuses } from './statuses.ts';
import { emptyUserDir, installPack, type StockNodeRed, startStockNodeRed, until } from './stock-node-red.ts';

type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };
const ANSWERS_WITHIN_MS = 120_000;

describe('the pack at work in a stock Node-RED', function () {
  this.timeout(400_000);
  let red: StockNodeRed;
  let tarballs: string;

  before(async () => {
    tarballs = mkdtempSync(join(tmpdir(), 'gatewright-pack-'));
    const { imageDirectory } = await embeddedSettings();
    const userDir = emptyUserDir();
    installPack(await pack(tarballs), userDir);
    red = await startStockNodeRed(userDir, [], { GATEWRIGHT_HOME: dirname(imageDirectory) });
  });
  after(async () => {
    await red?.close();
    rmSync(tarballs, { recursive: true, force: true });
  });

  const state = async () => (await red.get('/gatewright/state')) as PlatformState;
  const errorsOf = ({ diagnostics }: PlatformState) => diagnostics.filter(({ severity }) => severity === 'error');
  const example = async (name: string) =>
    JSON.parse(await red.text(`/library/examples/flows/${PACK}/${name}`)) as FlowNode[];

  /** Deploys, and waits until every gateway that is drawn has a plan. */
  async function planned(nodes: readonly FlowNode[]): Promise<PlatformState> {
    const names = nodes.filter(({ type }) => type === 'gatewright-gateway').map(({ name }) => String(name));
    await red.deploy(nodes);
    let seen = await state();
    await until(async () => {
      seen = await state();
      const ready = seen.gateways.filter(({ plan }) => plan !== undefined).map(({ name }) => name);
      return names.toSorted().join() === ready.toSorted().join();
    }, 60_000);
    return seen;
  }

  /** Names of all examples, with their folders, as Node-RED lists them. */
  async function examplesIn(folder = ''): Promise<readonly string[]> {
    const listed = await red.get(`/library/examples/flows/${PACK}/${folder}`);
    const found = (listed as readonly (string | { readonly fn: string })[]).map(async entry =>
      typeof entry === 'string' ? examplesIn(`${folder}${entry}/`) : [`${folder}${entry.fn}`],
    );
    return (await Promise.all(found)).flat();
  }

  it('offers every reference design and template as an example, and each is sound and has a plan', async () => {
    const names = await examplesIn();
    assert.ok(names.filter(name => !name.includes('/')).length >= 6, names.join());
    assert.ok(names.filter(name => name.startsWith('templates/')).length >= 5, names.join());
    for (const name of names) {
      const seen = await planned(await example(name));
      assert.deepEqual(errorsOf(seen), [], name);
      for (const { plan } of seen.gateways) assert.ok((plan?.steps.length ?? 0) > 0, name);
    }
  });

  it('saves a faulty drawing, shows what is wrong under its node, and never applies it', async () => {
    const sound = await example('single-box');
    const faulty = sound.map(node => (node.id === 'switchPackagingLan' ? { ...node, wires: [['edgeRouter']] } : node));
    const statuses = await followStatuses(red.url);
    try {
      await planned(sound);
      await red.deploy(faulty);
      await until(async () => errorsOf(await state()).length > 0);
      await until(async () => statuses.shown.get('switchPackagingLan')?.fill === 'red');
      const [gateway] = (await state()).gateways;
      const order = { gateway: 'cabinet-1', planHash: gateway?.plan?.hash ?? 'latest' };
      const answer = await red.post('/gatewright/apply', order);
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}: ${await answer.text()}`);
      assert.match(JSON.stringify(await red.get('/gatewright/observed?gateway=cabinet-1')), /"resources":\{\}/);
    } finally {
      statuses.close();
    }
  });

  it('runs a VM in its own process, which answers at its console and has its address from the drawn router', async () => {
    const embedded = (await example('single-box')).map(node =>
      node.type === 'gatewright-gateway' ? { ...node, backend: 'embedded', hypervisor: 'v86' } : node,
    );
    const seen = await planned(embedded);
    assert.deepEqual(
      seen.gateways.map(({ label }) => label),
      ['emulated'],
    );
    await applyPlanned(red.url, 'cabinet-1');
    const agent = await connectAgent(join(red.userDir, 'gatewright', 'cabinet-1.embedded', 'agent.sock'));
    let said = '';
    const session = await agent.console('vm.cabinet-1/line-logger', bytes => {
      said += Buffer.from(bytes).toString('latin1');
    });
    try {
      // Its address comes from the drawn router, by DHCP and in its own time.
      const reach = 'until ip -4 addr show eth0 | grep -q 10.20.0.10/24; do sleep 1; done; echo leased-$((1 + 1))';
      session.write(Buffer.from(`\necho sum-$((40 + 2)); ${reach}\n`));
      await until(async () => said.includes('sum-42') && said.includes('leased-2'), ANSWERS_WITHIN_MS).catch(cause => {
        throw new Error(`the guest said: ${said.slice(-500)}`, { cause });
      });
    } finally {
      session.close();
      await agent.close();
    }
    const after = await state();
    assert.deepEqual(
      after.gateways.map(({ plan }) => plan?.steps),
      [[]],
    );
  });
});
