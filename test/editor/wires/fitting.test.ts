import assert from 'node:assert/strict';
import { type Asks, whatFollows, whatPrecedes } from '../../../editor/wires/fitting.ts';
import { impossibleWire } from '../../../editor/wires/impossible.ts';
import { drawing, node, OFFERS } from './node-types.ts';

const offered = (asks: Asks | undefined) => {
  assert.ok(asks, 'something is known of the end');
  return [...OFFERS].filter(([, offer]) => asks(offer)).map(([name]) => name);
};
const behind = (name: string, port = 0, ...wires: string[]) =>
  offered(whatFollows({ node: node(name), port }, drawing(...wires)));
const ahead = (name: string, ...wires: string[]) => offered(whatPrecedes(node(name), drawing(...wires)));
const ORDINARY_BEHIND = ['debug', 'function'];

describe('what may stand at the open end of a wire', () => {
  it('follows an output when it takes its kind; ordinary nodes always tap', () => {
    assert.deepEqual(behind('vm'), ['attest', 'firewall', 'vswitch', ...ORDINARY_BEHIND]);
    assert.deepEqual(behind('vswitch'), ['attest', 'edge', 'firewall', 'uplink', ...ORDINARY_BEHIND]);
    assert.deepEqual(behind('edge'), ['attest', 'firewall', 'uplink', ...ORDINARY_BEHIND]);
    assert.deepEqual(behind('bus'), ['attest', 'firewall', 'vm', ...ORDINARY_BEHIND]);
  });

  it('differs between the outputs of a node', () => {
    assert.deepEqual(behind('hardware', 0), ['bus', ...ORDINARY_BEHIND]);
    assert.deepEqual(behind('hardware', 1), ['attest', ...ORDINARY_BEHIND]);
    assert.deepEqual(behind('bus', 1), ['apply', 'plan', ...ORDINARY_BEHIND]);
  });

  it('depends behind a firewall on what comes into it, junctions looked through', () => {
    assert.deepEqual(behind('firewall', 0, 'bus>firewall'), ['attest', 'firewall', 'vm', ...ORDINARY_BEHIND]);
    assert.deepEqual(behind('junction', 0, 'vm>junction'), ['attest', 'firewall', 'vswitch', ...ORDINARY_BEHIND]);
    assert.equal(whatFollows({ node: node('junction'), port: 0 }, drawing()), undefined);
  });

  it('precedes an input when its output is of a kind the input takes', () => {
    assert.deepEqual(ahead('vswitch'), ['attest', 'firewall', 'vm']);
    assert.deepEqual(ahead('uplink'), ['attest', 'edge', 'firewall', 'vswitch']);
    assert.deepEqual(ahead('vm'), ['attest', 'bus', 'firewall']);
    assert.deepEqual(ahead('junction', 'junction>vswitch'), ['attest', 'firewall', 'vm']);
  });

  it('lets ordinary nodes precede only what answers messages', () => {
    assert.deepEqual(ahead('bus'), ['inject', 'function'], 'a fresh hardware node has no connector to wire yet');
    assert.ok(ahead('plan').includes('inject'));
    assert.deepEqual(behind('inject'), ['apply', 'attest', 'bus', 'plan', ...ORDINARY_BEHIND]);
  });

  it('leaves subflows alone, which may hold anything', () => {
    assert.equal(whatFollows({ node: node('subflow:1'), port: 0 }, drawing()), undefined);
    assert.equal(whatPrecedes(node('subflow:1'), drawing()), undefined);
  });
});

describe('a wire whose plug does not fit the socket', () => {
  const impossible = (from: string, to: string, ...wires: string[]) => {
    const [name = '', port = '0'] = from.split('#');
    return impossibleWire({ node: node(name), port: Number(port) }, node(to), drawing(...wires));
  };

  it('is told from one that is only wrong', () => {
    for (const [from, to] of [
      ['vm', 'vm:2'],
      ['bus', 'vswitch'],
      ['hardware', 'vm'],
      ['hardware#1', 'bus'],
      ['attest', 'bus'],
    ])
      assert.equal(impossible(from ?? '', to ?? '') === undefined, from === 'attest', `${from} to ${to}`);
    for (const [from, to] of [
      ['vm', 'uplink'],
      ['vswitch', 'vswitch:2'],
      ['edge', 'edge:2'],
      ['vm', 'firewall'],
      ['hardware', 'bus'],
    ])
      assert.equal(impossible(from ?? '', to ?? ''), undefined, `${from} to ${to}`);
  });

  it('is seen through junctions at both its ends', () => {
    const found = impossible('junction:a', 'junction:b', 'bus>junction:a', 'junction:b>vswitch');
    assert.deepEqual([found?.start.node.id, found?.kinds, found?.target.id], ['bus', ['field'], 'vswitch']);
  });

  it('is never one from or to an ordinary node, of messages, or out of a firewall', () => {
    for (const [from, to] of [
      ['inject', 'vswitch'],
      ['vm', 'debug'],
      ['bus#1', 'vswitch'],
    ])
      assert.equal(impossible(from ?? '', to ?? ''), undefined);
    assert.equal(impossible('firewall', 'vswitch', 'bus>firewall'), undefined);
  });
});
