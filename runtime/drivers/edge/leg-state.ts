// Reads what is inside a leg's namespace: devices, routes, forwarding, packet filter. Two processes per leg.
import { z } from 'zod';
import { type Host, runChecked } from '../../host/host.ts';
import { checked, ipQuery } from '../../host/linux/ip.ts';
import { type Link, parseLinks } from '../../host/linux/links.ts';
import { GatewrightError, isGatewrightError } from '../../model/errors.ts';
import { type Fingerprints, fingerprints } from './leg-rules.ts';

const RouteAnswer = z.object({
  dst: z.string(),
  gateway: z.string().optional(),
  dev: z.string().optional(),
  protocol: z.string().optional(),
  metric: z.number().int().default(0),
});

export interface Route {
  /** A network with its prefix; the default route is `0.0.0.0/0`. */
  readonly destination: string;
  readonly via?: string;
  readonly device?: string;
  readonly metric: number;
}

const NetconfAnswer = z.object({
  family: z.string(),
  interface: z.string().optional(),
  forwarding: z.boolean().optional(),
  rp_filter: z.string().optional(),
});

export interface LegState {
  readonly links: readonly Link[];
  /** Routes that were set by someone; those that come with an address are not listed. By metric. */
  readonly routes: readonly Route[];
  /** IPv4 packets are forwarded, with strict reverse path [RFC 3704 section 2.2]. */
  readonly forwarding: boolean;
}

const QUESTIONS = [
  ['addr', 'show'],
  ['route', 'show'],
  ['netconf', 'show'],
] as const;
/** What iproute2 says of a namespace that is not there, or whose making or removal stopped halfway. */
const NO_NAMESPACE = /Cannot open network namespace|setting the network namespace/;

/** `undefined` when there is no such namespace, or only its empty shell. @throws GatewrightError GW_HOST_* */
export async function readLeg(host: Host, netns: string, signal?: AbortSignal): Promise<LegState | undefined> {
  const answers = await unlessGone(ipQuery(host, QUESTIONS, { netns, signal }));
  if (answers === undefined) return undefined;
  const [links, routes, netconf] = answers;
  return { links: parseLinks(links), routes: parseRoutes(routes), forwarding: parseForwarding(netconf) };
}

/** Fingerprints of the packet filter inside; `undefined` as for `readLeg`. */
export async function readRules(host: Host, netns: string, signal?: AbortSignal): Promise<Fingerprints | undefined> {
  const argv: [string, ...string[]] = ['ip', 'netns', 'exec', netns, 'nft', '-j', 'list', 'ruleset'];
  const text = await unlessGone(runChecked(host, argv, { signal, maxOutputBytes: 1024 * 1024 }));
  if (text === undefined) return undefined;
  try {
    return fingerprints(JSON.parse(text));
  } catch (cause) {
    if (isGatewrightError(cause)) throw cause;
    throw new GatewrightError('GW_HOST_UNEXPECTED', `nft answered no JSON: ${text.slice(0, 200)}`, { cause });
  }
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isGatewrightError(error) && NO_NAMESPACE.test(error.message)) return undefined;
    throw error;
  }
}

function parseRoutes(answer: unknown): readonly Route[] {
  const routes = checked('ip', z.array(RouteAnswer), answer).filter(route => route.protocol !== 'kernel');
  return routes.map(toRoute).sort((a, b) => a.metric - b.metric);
}

function toRoute({ dst, gateway, dev, metric }: z.infer<typeof RouteAnswer>): Route {
  const destination = dst === 'default' ? '0.0.0.0/0' : dst.includes('/') ? dst : `${dst}/32`;
  return {
    destination,
    ...(gateway === undefined ? {} : { via: gateway }),
    ...(dev === undefined ? {} : { device: dev }),
    metric,
  };
}

function parseForwarding(answer: unknown): boolean {
  const all = checked('ip', z.array(NetconfAnswer), answer).filter(item => item.family === 'inet');
  const strict = all.some(item => item.interface === 'all' && item.rp_filter === 'strict');
  return strict && all.every(item => item.interface === 'lo' || item.forwarding === true);
}
