// A gate among ordinary nodes: tells the ones at its output every change and every proof, and asks for a proof when it is told to.
// How it stands is what its node shows of itself (runtime/platform/gate-state.ts).
import { formatAddress } from '../../runtime/model/address.ts';
import type { GateStanding } from '../../runtime/model/attestation.ts';
import { machineOf } from '../../runtime/model/kinds/gate.ts';
import { quoted } from '../../runtime/model/plain-text.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { type StartBehaviour, tapped } from '../behaviour.ts';

export const start: StartBehaviour = world => {
  const { config, gateway, platform, user } = world;
  if (gateway === undefined)
    return {
      async input() {
        throw new Error('the gate has no gateway; choose one in its node');
      },
    };
  const gate = formatAddress('gate', gateway, String(config.name ?? ''));
  let told = '';
  const close = platform.onEvent(event => {
    if (event.type !== 'attestation' || event.gateway !== gateway) return;
    const standing = event.standings.find(one => one.gate === gate);
    if (standing === undefined || newsOf(standing) === told) return;
    told = newsOf(standing);
    if (world.tapped()) world.send({ ...tapped(gate), topic: gate, payload: { ...standing } });
  });
  return {
    close,
    async input(message) {
      if (message.payload !== 'ask')
        throw new Error(
          `a gate takes the payload "ask", not ${quoted(String(message.payload))}; set it before the gate`,
        );
      const resource = platform.design()?.resources[gate] as Resource<'gate'> | undefined;
      if (resource === undefined)
        throw new Error('the gate is not drawn as it should be; see the findings at its node');
      await platform.attestation(gateway, user).ask(machineOf(resource.spec));
      return undefined;
    },
  };
};

/** What makes a standing another one: not the time that it stays open, which gets less all the while. */
function newsOf({ state, proven, findings }: GateStanding): string {
  return JSON.stringify([state, proven, findings]);
}
