// robot-cell on the embedded back end: both gateways with their four emulated PCs in this process, and a folder for their files.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent, type LocalAgent } from '../../runtime/agent/agent.ts';
import { DRIVER_SETS } from '../../runtime/drivers/catalog.ts';
import type { Host } from '../../runtime/host/host.ts';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import { GATEWAYS, type GatewayName } from '../real/robot-cell-drawing.ts';

/** A first boot on a busy machine takes its time, which is not what is looked at here. */
const PATIENT = { stepMs: 600_000 };

export interface EmbeddedCell {
  readonly agents: Readonly<Record<GatewayName, LocalAgent>>;
  /** Applies the design of one gateway. @throws Error unless all was applied */
  apply(design: GatewayDesign, note?: (event: AgentEvent) => void): Promise<void>;
  close(): Promise<void>;
}

/** @param host  its cables carry the frames of the guests @param settings  where images and memories are kept */
export async function openEmbeddedCell(host: Host, settings: Readonly<Record<string, string>>): Promise<EmbeddedCell> {
  const folder = await mkdtemp(join(tmpdir(), 'gw-embedded-'));
  const start = async (gateway: GatewayName) => {
    const stateDirectory = join(folder, gateway);
    const common = { driverSets: DRIVER_SETS, host, settings, version: 'test', limits: PATIENT };
    const agent = await createAgent({ gateway, backend: 'embedded', stateDirectory, ...common });
    return [gateway, agent] as const;
  };
  const agents = Object.fromEntries(await Promise.all(GATEWAYS.map(start))) as Record<GatewayName, LocalAgent>;
  return {
    agents,
    async apply(design, note = () => {}) {
      const agent = agents[design.gateway.name as GatewayName];
      const { hash } = await agent.plan(design);
      const { outcome, message } = await agent.apply({ design, planHash: hash, onFailure: 'stop' }, note);
      if (outcome !== 'applied') throw new Error(message);
    },
    async close() {
      await Promise.all(Object.values(agents).map(agent => agent.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
