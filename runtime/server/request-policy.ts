// Which requests may come in at all, by who sends them and what they claim to be addressed to. Pure: reads headers, says
// why not. Stops DNS rebinding (Host), posts and websockets from foreign pages (Origin), and ways around the proxy.
import type { IncomingMessage } from 'node:http';
import { type Exposure, isLoopback } from './exposure.ts';

/** Methods that change nothing (RFC 9110 9.2.1). */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Why a request is refused, as a sentence with its remedy; `undefined` when it may pass.
 * @param upgrade  the request asks for a websocket, which changes things whatever its method
 */
export function refusalOf(request: IncomingMessage, exposure: Exposure, upgrade: boolean): string | undefined {
  return peerRefusal(request, exposure) ?? hostRefusal(request, exposure) ?? originRefusal(request, exposure, upgrade);
}

function peerRefusal(request: IncomingMessage, exposure: Exposure): string | undefined {
  const peer = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (exposure.peers.size === 0 || isLoopback(peer)) return undefined;
  if (!exposure.peers.has(peer)) return 'Only the trusted proxy may connect. Open the address of the proxy.';
  return request.headers['x-forwarded-proto'] === 'https'
    ? undefined
    : 'The proxy did not say that the browser used https. Let it set X-Forwarded-Proto: https.';
}

function hostRefusal(request: IncomingMessage, exposure: Exposure): string | undefined {
  const host = nameOf(request.headers.host);
  if (host !== undefined && exposure.names.has(host)) return undefined;
  return 'This server is not known by that name. Open it by its own address, or add the name to allowedHosts.';
}

function originRefusal(request: IncomingMessage, exposure: Exposure, upgrade: boolean): string | undefined {
  if (!upgrade && SAFE_METHODS.includes(request.method ?? '')) return undefined;
  const { origin, host } = request.headers;
  if (origin === undefined) return siteRefusal(request);
  if (URL.canParse(origin)) {
    const { host: from, hostname } = new URL(origin);
    if (from === host?.toLowerCase()) return undefined;
    if (exposure.proxied && exposure.names.has(bare(hostname))) return undefined;
  }
  return 'Another page sent this request. Work in the editor under its own address.';
}

/** Programs send no Origin; a browser that hides it still says where the page came from (Fetch Metadata). */
function siteRefusal(request: IncomingMessage): string | undefined {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined;
  return 'Another page sent this request. Work in the editor under its own address.';
}

/** The name in a Host header, lower case, without port and brackets; `undefined` when it is not one. */
function nameOf(host: string | undefined): string | undefined {
  if (host === undefined || !/^[a-z0-9.:[\]-]{1,260}$/i.test(host) || !URL.canParse(`http://${host}/`))
    return undefined;
  return bare(new URL(`http://${host}/`).hostname);
}

function bare(hostname: string): string {
  return hostname.toLowerCase().replace(/^\[|\]$/g, '');
}
