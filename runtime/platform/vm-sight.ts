// From what an agent says of a VM to what people are shown of it, whatever words its driver has for states.
import type { AgentInfo } from '../model/agent.ts';
import type { ObservedResource } from '../model/observed.ts';
import type { VmSight } from './platform-port.ts';

/** @param vm  absent when the gateway has no such VM */
export function sightOf(info: AgentInfo | undefined, vm: ObservedResource | undefined): VmSight {
  const label = info?.facts.find(({ kind }) => kind === 'vm')?.label ?? info?.label;
  return { ...(label === undefined ? {} : { label }), power: vm === undefined ? 'absent' : powerOf(vm) };
}

function powerOf({ spec, status }: ObservedResource): VmSight['power'] {
  // Paused is no state of a design: there it does not run.
  if (status.state === 'paused') return 'paused';
  return 'running' in spec && spec.running === true ? 'running' : 'off';
}
