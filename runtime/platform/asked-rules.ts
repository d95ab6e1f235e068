// Asks the rules of a gateway why: those that run now, and those that are drawn, which differ while a plan waits.
import { explainFrame } from '../explain/frame.ts';
import { givenFrame } from '../explain/given-frame.ts';
import { givenPacket } from '../explain/given-packet.ts';
import { type GuardedEnd, sideOf } from '../explain/guarded-lines.ts';
import { explainPacket, type PacketPlaces } from '../explain/packet.ts';
import type { Way } from '../explain/way-rules.ts';
import { type Address, type Name, parseAddress } from '../model/address.ts';
import { GatewrightError } from '../model/errors.ts';
import type { Asked, Explained, ExplainedPacket } from '../model/explained.ts';
import type { PolicySpec } from '../model/kinds/policy.ts';
import type { PlatformPort } from './platform-port.ts';

type Seen = Pick<PlatformPort, 'observe' | 'design'>;
type Resources = Parameters<typeof sideOf>[0];

export interface FrameQuestion {
  /** A line, or the proxy of a guarded link. */
  readonly line: Address;
  /** A VM, or the port of the link. */
  readonly end: Address;
  readonly way: Way;
  /** As people write it; see `givenFrame`. */
  readonly frame: string;
}

/** @throws GatewrightError GW_RULES_NOWHERE, GW_FRAME_UNREADABLE, and as `PlatformPort.observe` says */
export async function askFrame(platform: Seen, question: FrameQuestion): Promise<Asked<Explained>> {
  const { line, end } = question;
  const [running, drawn] = await bothOf(platform, parseAddress(line)?.gateway ?? '');
  const answer = (resources: Resources) => {
    const known = sideOf(resources).lines.get(line);
    const found = known?.ends.find(one => one.end === end);
    return known === undefined || found === undefined ? undefined : explained(known.protocol, found, question);
  };
  const [now, planned] = [answer(running), answer(drawn)];
  if (now === undefined && planned === undefined)
    throw new GatewrightError('GW_RULES_NOWHERE', `no wire goes from ${line} to ${end}`);
  return told(now, planned);
}

/** @throws GatewrightError GW_RULES_NOWHERE, GW_PACKET_UNREADABLE, and as `PlatformPort.observe` says */
export async function askPacket(
  platform: Seen,
  gateway: Name,
  text: string,
  places: PacketPlaces,
): Promise<Asked<readonly ExplainedPacket[]>> {
  const packet = givenPacket(text);
  const [running, drawn] = await bothOf(platform, gateway);
  const answer = (resources: Resources) => {
    const policies = resources.filter(({ kind }) => kind === 'policy').map(({ spec }) => spec as Partial<PolicySpec>);
    const whole = policies.filter(
      (spec): spec is PolicySpec => spec.links !== undefined && spec.bindings !== undefined,
    );
    const found = whole.flatMap(policy => explainPacket(policy, packet, places));
    return found.length === 0 ? undefined : found;
  };
  const [now, planned] = [answer(running), answer(drawn)];
  if (now === undefined && planned === undefined)
    throw new GatewrightError('GW_RULES_NOWHERE', `no firewall of ${gateway} is known to be in the way of that packet`);
  return told(now, planned);
}

function explained(protocol: string, end: GuardedEnd, { way, frame }: FrameQuestion): Explained {
  return explainFrame(protocol, end, way, givenFrame(protocol, frame));
}

async function bothOf(platform: Seen, gateway: Name): Promise<readonly [Resources, Resources]> {
  const { resources } = await platform.observe(gateway);
  const drawn = Object.values(platform.design()?.resources ?? {});
  return [Object.values(resources), drawn.filter(({ address }) => parseAddress(address)?.gateway === gateway)];
}

function told<T>(running: T | undefined, drawn: T | undefined): Asked<T> {
  return { ...(running === undefined ? {} : { running }), ...(drawn === undefined ? {} : { drawn }) };
}
