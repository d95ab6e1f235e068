// The pack inside a Node-RED: nodes find their state, also inside subflows, and only changes are told.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { type Pack, packOf } from '../../nodes/pack.ts';
import type { RuntimeNode, RuntimeRed, RuntimeStatus } from '../../nodes/runtime-api.ts';
import { memory } from '../../runtime/drivers/memory/driver.ts';
import { localHost } from '../../runtime/host/local.ts';
import { createPlatform } from '../../runtime/platform/create.ts';
import type { PlatformPort } from '../../runtime/platform/platform-port.ts';
import { ROOT } from '../../scripts/build.ts';
import { until } from '../stock/stock-node-red.ts';

type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };
const drawing: readonly FlowNode[] = JSON.parse(readFileSync(`${ROOT}flows/operate/flow.json`, 'utf8'));
const idOf = (type: string) => drawing.find(node => node.type === type)?.id ?? '';
const VM = idOf('gatewright-vm');
const FIREWALL = idOf('gatewright-firewall');

/** The same drawing with everything on its tab moved into a subflow that is used once. */
function asSubflow(): readonly object[] {
  const tab = idOf('tab');
  const inside = drawing.map(node => (node.z === tab ? { ...node, z: 'template' } : node));
  const template = { id: 'template', type: 'subflow', name: 'cell', in: [], out: [], env: [] };
  return [...inside, template, { id: 'use', type: 'subflow:template', z: tab, name: '', x: 1, y: 1, wires: [] }];
}

describe('the pack in a Node-RED', () => {
  let folder: string;
  let platform: PlatformPort;
  let pack: Pack;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-nodes-'));
    platform = createPlatform({
      ...{ nodeTypes: NODE_TYPES, driverSets: [memory], host: localHost, stateDirectory: folder, version: '0.0.0' },
    });
    const red = { settings: { gatewright: { platform } }, events: {} };
    pack = packOf(red as unknown as RuntimeRed, () => assert.fail('the platform of the settings was not used'));
  });
  afterEach(async () => {
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A node as Node-RED makes it; what it shows is kept. */
  function nodeOf(id: string, path: string) {
    const shown: RuntimeStatus[] = [];
    const node = { id, type: 'gatewright-vm', _path: path, status: (status: RuntimeStatus) => shown.push(status) };
    return { node: node as unknown as RuntimeNode, shown, text: () => shown.at(-1)?.text };
  }

  it('shows what becomes of a node, from the plan to running', async () => {
    const { node, text } = nodeOf(VM, `${idOf('tab')}/${VM}`);
    pack.show(node);
    await platform.load(drawing, 'anna');
    await until(async () => text() === 'planned');
    const [plan] = await platform.refresh();
    await platform.apply({ gateway: 'press-1', planHash: plan?.hash ?? '', onFailure: 'stop' }, 'anna');
    await until(async () => text() === 'running, simulated');
  });

  it('finds nodes inside a subflow, whose own ids are made up by Node-RED', async () => {
    const vm = nodeOf('made-up-1', `${idOf('tab')}/use/${VM}`);
    const firewall = nodeOf('made-up-2', `${idOf('tab')}/use/${FIREWALL}`);
    for (const { node } of [vm, firewall]) pack.show(node);
    await platform.load(asSubflow(), 'anna');
    await until(async () => vm.text() === 'planned' && firewall.text() === 'planned');
  });

  it('tells a node only of changes, and nothing after it has gone', async () => {
    const { node, shown } = nodeOf(VM, VM);
    const hide = pack.show(node);
    await platform.load(drawing, 'anna');
    await until(async () => shown.at(-1)?.text === 'planned');
    await platform.refresh();
    await platform.refresh();
    const texts = shown.map(status => JSON.stringify(status));
    assert.ok(
      texts.every((text, index) => text !== texts[index - 1]),
      texts.join(),
    );
    hide();
    const before = shown.length;
    const stays = nodeOf(FIREWALL, FIREWALL);
    pack.show(stays.node);
    assert.equal(stays.text(), 'planned');
    await platform.load([], 'anna');
    await until(async () => stays.text() === undefined);
    assert.equal(shown.length, before);
  });
});
