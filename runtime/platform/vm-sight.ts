// From what an agent says of a VM to what people are shown of it, whatever words its driver has for states.
import type { Address } from '../model/address.ts';
import type { Agent, AgentInfo } from '../model/agent.ts';
import type { ObservedResource } from '../model/observed.ts';
import type { VmSight } from './platform-port.ts';

/** Looks at a VM, and never rejects. @param reached  gives the agent, or throws */
export async function lookAt(
  reached: () => Agent,
  info: AgentInfo | undefined,
  address: Address<'vm'>,
): Promise<VmSight> {
  try {
    return sightOf(info, (await reached().observe()).resources[address]);
  } catch {
    return { ...sightOf(info, undefined), power: 'unknown' }; // the state of the gateway says why
  }
}

/** @param vm  absent when the gateway has no such VM */
function sightOf(info: AgentInfo | undefined, vm: ObservedResource | undefined): VmSight {
  const label = info?.facts.find(({ kind }) => kind === 'vm')?.label ?? info?.label;
  return { ...(label === undefined ? {} : { label }), power: vm === undefined ? 'absent' : powerOf(vm) };
}

function powerOf({ spec, status }: ObservedResource): VmSight['power'] {
  // Paused is no state of a design: there it does not run.
  if (status.state === 'paused') return 'paused';
  return 'running' in spec && spec.running === true ? 'running' : 'off';
}
