// A gate among ordinary nodes: tells the ones at its output every verdict, and shows under its node how it stands.
import { formatAddress } from '../../runtime/model/address.ts';
import type { GateStanding, TrustState } from '../../runtime/model/attestation.ts';
import { type StartBehaviour, tapped } from '../behaviour.ts';
import type { RuntimeStatus } from '../runtime-api.ts';
import { statusText } from '../status.ts';

const LOOK: Readonly<Record<TrustState, Pick<RuntimeStatus, 'fill' | 'shape'>>> = {
  trusted: { fill: 'green', shape: 'dot' },
  never: { fill: 'grey', shape: 'ring' },
  stale: { fill: 'yellow', shape: 'ring' },
  mismatch: { fill: 'red', shape: 'dot' },
};

export const start: StartBehaviour = world => {
  const { config, gateway, platform } = world;
  if (gateway === undefined) return {};
  const gate = formatAddress('gate', gateway, String(config.name ?? ''));
  const close = platform.onEvent(event => {
    if (event.type !== 'attestation') return;
    const standing = event.standings.find(one => one.gate === gate);
    if (standing === undefined) return;
    world.status({ ...LOOK[standing.state], text: statusText(wordsOf(standing)) });
    if (world.tapped()) world.send({ ...tapped(gate), topic: gate, payload: { ...standing } });
  });
  return { close };
};

/** How it stands; of a mismatch what differs, else when it was proven last and by which record of the history. */
function wordsOf({ state, findings, proven }: GateStanding): string {
  const [first] = findings;
  if (state === 'mismatch') return `mismatch: ${first?.component ?? first?.code ?? 'unknown'}`;
  if (proven === undefined) return state;
  return `${state} ${new Date(proven.at).toTimeString().slice(0, 5)}, no. ${proven.record}`;
}
