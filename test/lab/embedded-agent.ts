// An agent of a gateway of the embedded back end, in this process, with guests in v86; and reference designs as they are for it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { createAgent, type LocalAgent } from '../../runtime/agent/agent.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { DRIVER_SETS } from '../../runtime/drivers/catalog.ts';
import { createCables } from '../../runtime/host/cables.ts';
import { localHost } from '../../runtime/host/local.ts';
import { designFor, type GatewayDesign } from '../../runtime/model/design.ts';
import { flowText } from '../../scripts/golden.ts';
import { embeddedSettings } from './embedded-images.ts';

export type FlowNode = Readonly<Record<string, unknown>>;

/**
 * What a reference design means for one gateway when it is embedded.
 * @param change  other fields of a node; `undefined` leaves it out
 * @throws AssertionError when that has errors or warnings
 */
export function embeddedDesign(
  name: string,
  gateway: string,
  change: (node: FlowNode) => FlowNode | undefined = node => node,
): GatewayDesign {
  const embedded = { backend: 'embedded', hypervisor: 'v86' };
  const flow = (JSON.parse(flowText(name)) as readonly FlowNode[])
    .map(node => (node.type === 'gatewright-gateway' ? { ...node, ...embedded } : node))
    .flatMap(node => change(node) ?? []);
  const { design, diagnostics } = compile(flow, NODE_TYPES);
  assert.deepEqual(diagnostics, []);
  return designFor(design, gateway) ?? assert.fail(`${name} has no gateway ${gateway}`);
}

/** A hardware node whose connector of that label is another device. */
export function withDevice(node: FlowNode, label: string, device: string): FlowNode {
  const interfaces = node.interfaces as readonly { readonly label: string }[];
  return { ...node, interfaces: interfaces.map(one => (one.label === label ? { ...one, device } : one)) };
}

export interface EmbeddedAgent {
  readonly agent: LocalAgent;
  /** Of its state. */
  readonly folder: string;
  /** @throws AssertionError unless all was applied */
  apply(design: GatewayDesign): Promise<void>;
  close(): Promise<void>;
}

/** @param settings  besides where images and memories are kept */
export async function openEmbeddedAgent(
  gateway: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'gw-embedded-'));
  const agent = await createAgent({
    ...{ gateway, backend: 'embedded', driverSets: DRIVER_SETS, version: 'test' },
    ...{ host: { ...localHost, cables: createCables() }, stateDirectory: folder },
    settings: { ...(await embeddedSettings()), hypervisor: 'v86', ...settings },
  });
  return {
    ...{ agent, folder },
    async apply(design) {
      const { hash } = await agent.plan(design);
      const { outcome, message } = await agent.apply({ design, planHash: hash, onFailure: 'stop' }, () => {});
      assert.equal(outcome, 'applied', message);
    },
    async close() {
      await agent.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
