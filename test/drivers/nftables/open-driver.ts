// The driver on a pretend gateway, opened as the agent opens it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nftables } from '../../../runtime/drivers/nftables/driver.ts';
import type { Handle, StepContext } from '../../../runtime/model/driver.ts';
import type { FieldChange } from '../../../runtime/model/plan.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { diff } from '../../../runtime/plan/diff.ts';
import { GATEWAY } from './policies.ts';
import type { PolicyLab } from './policy-lab.ts';

export interface OpenDriver {
  readonly handle: Handle<'policy'>;
  /** Makes the policy what it says, whether or not it exists. */
  apply(policy: Resource<'policy'>): Promise<void>;
  remove(policy: Resource<'policy'>): Promise<void>;
  /** What differs between the policy and what is observed, as a plan would show it. */
  drift(policy: Resource<'policy'>): Promise<readonly FieldChange[]>;
  /** Live figures of the policy. */
  status(policy: Resource<'policy'>): Promise<PolicyFigures>;
  close(): Promise<void>;
}

interface Figure {
  readonly packets: number;
  readonly bytes: number;
}
export interface PolicyFigures {
  readonly counters: Readonly<Record<string, Readonly<Record<string, Figure>>>>;
  readonly spoofed: Readonly<Record<string, Readonly<Record<string, Figure>>>>;
  readonly dhcp: Readonly<Record<string, Figure>>;
  readonly dropped: Readonly<Record<string, Figure>>;
}

export async function openDriver(lab: PolicyLab, nft: 'library' | 'command' = 'library'): Promise<OpenDriver> {
  const [driver] = nftables.drivers;
  assert.ok(driver !== undefined);
  const stateDirectory = await mkdtemp(join(tmpdir(), 'gatewright-nftables-'));
  const world = { host: lab.host, gateway: GATEWAY, stateDirectory, now: () => 0, settings: lab.settings(nft) };
  const handle = (await driver.connect(world)).handle as Handle<'policy'>;
  let generation = 0;
  const context = (): StepContext => ({ generation: ++generation, signal: new AbortController().signal });
  const find = async ({ address }: Resource<'policy'>) => {
    const found = (await handle.observe()).find(each => each.address === address);
    assert.ok(found !== undefined, `${address} is not there`);
    return found;
  };
  return {
    handle,
    apply: policy => handle.create(policy, context()),
    remove: policy => handle.remove(policy.address, context()),
    drift: async policy => diff((await find(policy)).spec, policy.spec),
    status: async policy => (await find(policy)).status as unknown as PolicyFigures,
    async close() {
      await handle.close();
      await rm(stateDirectory, { recursive: true });
    },
  };
}
