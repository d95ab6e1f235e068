// What a test sees of a bus that is applied.
import assert from 'node:assert/strict';
import type { Address } from '../../runtime/model/address.ts';
import type { Agent } from '../../runtime/model/agent.ts';
import type { LineFigures } from '../../runtime/model/line-figures.ts';
import { until } from '../contract/driver-case.ts';

/** @param agent  of its gateway */
export async function busFigures(agent: Agent, bus: Address<'line'>): Promise<LineFigures> {
  const found = (await agent.observe()).resources[bus];
  return (found ?? assert.fail(`there is no ${bus}`)).status as unknown as LineFigures;
}

/** Waits until the bus is connected to all its VMs: what a guest says before is lost, and a master that is a shell asks only once. */
export async function untilBusFindsGuests(agent: Agent, bus: Address<'line'>): Promise<void> {
  const all = async () => (await busFigures(agent, bus)).ends.every(({ plugged }) => plugged !== false);
  await until(all, `${bus} finds its guests`, 60_000);
}
