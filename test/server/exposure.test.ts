import assert from 'node:assert/strict';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import { Settings } from '../../runtime/server/config.ts';
import { exposureOf, isLoopback } from '../../runtime/server/exposure.ts';

const TLS = { keyFile: '/k', certFile: '/c' };
const settings = (fields: object) => Settings.parse(fields);
const unsafe = (what: RegExp) => (error: unknown) =>
  isGatewrightError(error) && error.code === 'GW_UNSAFE_EXPOSURE' && what.test(error.message);

describe('where the server may be reached', () => {
  it('is this machine only, without users, by default', () => {
    const { names, proxied } = exposureOf(settings({}), false, ['plant-7']);
    assert.deepEqual([...names].sort(), ['127.0.0.1', '::1', 'localhost']);
    assert.equal(proxied, false);
  });

  it('never includes another address without users', () => {
    assert.throws(() => exposureOf(settings({ host: '192.168.1.5', tls: TLS }), false, []), unsafe(/no users/));
  });

  it('never includes another address without TLS or a proxy', () => {
    assert.throws(() => exposureOf(settings({ host: '0.0.0.0' }), true, []), unsafe(/neither TLS nor a trusted proxy/));
  });

  it('never includes another name without users, even on loopback behind a forwarder', () => {
    assert.throws(() => exposureOf(settings({ allowedHosts: ['cell.plant.example'] }), false, []), unsafe(/no users/));
    assert.throws(() => exposureOf(settings({ trustedProxies: ['127.0.0.1'] }), false, []), unsafe(/no users/));
  });

  it('may be another address with users and TLS, or with users and a proxy', () => {
    const direct = exposureOf(settings({ host: '192.168.1.5', tls: TLS }), true, []);
    assert.ok(direct.names.has('192.168.1.5'));
    const proxied = exposureOf(settings({ host: '10.0.0.2', trustedProxies: ['10.0.0.1'] }), true, []);
    assert.deepEqual([...proxied.peers], ['10.0.0.1']);
  });

  it('knows this machine by all its names when it listens everywhere', () => {
    const { names } = exposureOf(settings({ host: '::', tls: TLS, allowedHosts: ['Cell.Example'] }), true, ['Plant-7']);
    assert.ok(names.has('plant-7') && names.has('cell.example'));
  });

  it('tells loopback from addresses that only look like it', () => {
    assert.deepEqual(['127.0.0.1', '127.9.9.9', '::1', 'localhost', '::ffff:127.0.0.1'].map(isLoopback), [
      ...[true, true, true, true, true],
    ]);
    assert.deepEqual(['0.0.0.0', '::', '127.evil.example', '1270.0.0.1', ''].map(isLoopback), [
      ...[false, false, false, false, false],
    ]);
  });
});
