import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { Exposure } from '../../runtime/server/exposure.ts';
import { refusalOf } from '../../runtime/server/request-policy.ts';

const LOCAL: Exposure = { names: new Set(['localhost', '127.0.0.1', '::1']), peers: new Set(), proxied: false };

interface Call {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly peer?: string;
  readonly upgrade?: boolean;
  readonly exposure?: Exposure;
}

function refusal({ method = 'GET', headers, peer = '127.0.0.1', upgrade = false, exposure = LOCAL }: Call) {
  const request = { method, headers, socket: { remoteAddress: peer } } as unknown as IncomingMessage;
  return refusalOf(request, exposure, upgrade);
}

describe('the policy for requests', () => {
  for (const host of ['localhost:1880', '127.0.0.1', '[::1]:1880', 'LOCALHOST:9999'])
    it(`lets ${host} in`, () => assert.equal(refusal({ headers: { host } }), undefined));

  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'x@localhost',
    'localhost/..',
    '',
    'a b',
  ])
    it(`refuses the name ${JSON.stringify(host)} (DNS rebinding)`, () =>
      assert.match(refusal({ headers: { host } }) ?? '', /not known by that name/));

  it('refuses a request without a Host', () => assert.match(refusal({ headers: {} }) ?? '', /not known by that name/));

  const host = 'localhost:1880';
  it('lets a post from its own page and from a program in', () => {
    assert.equal(refusal({ method: 'POST', headers: { host, origin: 'http://localhost:1880' } }), undefined);
    assert.equal(refusal({ method: 'POST', headers: { host } }), undefined);
  });

  for (const origin of ['http://evil.example', 'http://localhost:3000', 'null', 'http://127.0.0.1:1880', 'nonsense'])
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
      it(`refuses ${method} from ${origin}`, () =>
        assert.match(refusal({ method, headers: { host, origin } }) ?? '', /Another page/));

  it('refuses a post whose browser hid the origin but said that it is foreign', () => {
    assert.match(refusal({ method: 'POST', headers: { host, 'sec-fetch-site': 'cross-site' } }) ?? '', /Another page/);
    assert.equal(refusal({ method: 'POST', headers: { host, 'sec-fetch-site': 'same-origin' } }), undefined);
  });

  it('refuses a websocket from another page although it is a GET', () => {
    const headers = { host, origin: 'http://evil.example' };
    assert.match(refusal({ headers, upgrade: true }) ?? '', /Another page/);
    assert.equal(refusal({ headers }), undefined);
  });

  const behind: Exposure = {
    names: new Set(['cell.example', 'localhost']),
    peers: new Set(['10.0.0.1']),
    proxied: true,
  };
  const forwarded = { host: 'cell.example', 'x-forwarded-proto': 'https' };
  it('behind a proxy lets only that proxy in, only with https', () => {
    assert.equal(refusal({ headers: forwarded, peer: '::ffff:10.0.0.1', exposure: behind }), undefined);
    assert.match(refusal({ headers: forwarded, peer: '10.0.0.9', exposure: behind }) ?? '', /Only the trusted proxy/);
    const plain = { host: 'cell.example', 'x-forwarded-proto': 'http' };
    assert.match(refusal({ headers: plain, peer: '10.0.0.1', exposure: behind }) ?? '', /did not say/);
  });

  it('behind a proxy that changes Host lets the public name be the origin', () => {
    const headers = { ...forwarded, host: 'localhost:1880', origin: 'https://cell.example' };
    assert.equal(refusal({ method: 'POST', headers, peer: '10.0.0.1', exposure: behind }), undefined);
    const foreign = { ...headers, origin: 'https://evil.example' };
    assert.match(
      refusal({ method: 'POST', headers: foreign, peer: '10.0.0.1', exposure: behind }) ?? '',
      /Another page/,
    );
  });
});
