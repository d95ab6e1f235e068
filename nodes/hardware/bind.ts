// The profile of a real box with the names of a drawing: from then on what is drawn means these devices. Pure; runs in the
// editor too.
import type { BoxProfile } from '../../runtime/hardware/profile.ts';
import { freeName, portsOf, socketsOf } from './sockets.ts';

/** Who says that a socket of the box is the one with this name. */
const DRAWN = { confidence: 'user', source: 'bound in the drawing' } as const;

/** @param names  names in the drawing, by the name of the socket in the profile */
export function boundProfile(profile: BoxProfile, names: ReadonlyMap<string, string>): BoxProfile {
  const drawn = new Set(names.values());
  const sockets = socketsOf(profile);
  const taken = new Set([...drawn, ...sockets.map(({ name }) => name)]);
  return {
    ...profile,
    ports: portsOf(profile).map((port, index) => {
      const own = sockets[index]?.name ?? '';
      const name = names.get(own);
      if (name !== undefined) return { ...port, name, evidence: { ...port.evidence, name: DRAWN } };
      // A socket that nobody drew must not be taken for one that somebody did.
      return drawn.has(own) ? { ...port, name: freeName(own, taken) } : port;
    }),
  };
}
