import assert from 'node:assert/strict';
import { type Drawing, illegalWire, type Ports, type WiredNode } from '../../editor/wiring.ts';

const TYPES: Readonly<Record<string, Ports>> = {
  vm: { accepts: [], outputs: ['nic'], passes: false },
  vswitch: { accepts: ['nic'], outputs: ['segment'], passes: false },
  firewall: { accepts: ['nic', 'segment', 'routed'], outputs: [], passes: true },
  edge: { accepts: ['segment'], outputs: ['routed'], passes: false },
  uplink: { accepts: ['segment', 'routed'], outputs: [], passes: false },
  hardware: { accepts: [], outputs: ['tpm'], passes: false },
  gate: { accepts: ['tpm', 'nic', 'segment', 'gate'], outputs: ['gate'], passes: true, keeps: ['tpm'] },
  guest: { accepts: ['gate', 'field'], outputs: [], passes: false },
  box: { accepts: [], outputs: ['interface', 'tpm'], passes: false },
  bus: { accepts: ['interface'], outputs: ['field', 'message'], passes: false },
};

/** Kinds of outputs of types that have several. */
const KINDS: Readonly<Record<string, readonly string[]>> = { box: ['interface', 'tpm'], bus: ['field', 'message'] };

/**
 * `vm>vswitch` wires the node of that name to the other; the letters after `:` tell nodes of one type apart, `bus#1>…` is its second
 * output.
 */
function draw(...wires: string[]) {
  const node = (name: string): WiredNode => {
    const type = name.split(':')[0] ?? '';
    return { id: name, type, ports: TYPES[type], label: name, ...(KINDS[type] && { kinds: KINDS[type] }) };
  };
  const ends = wires.map(wire => {
    const [from = '', to = ''] = wire.split('>');
    const [id = '', port = '0'] = from.split('#');
    return { from: id, port: Number(port), to };
  });
  const drawing: Drawing = {
    outgoing: ({ id }) => ends.filter(({ from }) => from === id).map(({ to, port }) => ({ node: node(to), port })),
    incoming: ({ id }) => ends.filter(({ to }) => to === id).map(({ from, port }) => ({ node: node(from), port })),
  };
  return (name: string) => illegalWire(node(name), drawing);
}

describe('the rule for wires in the editor', () => {
  it('accepts a whole path from a VM to an uplink', () => {
    const check = draw('vm>firewall:a', 'firewall:a>vswitch', 'vswitch>firewall:b', 'firewall:b>edge', 'edge>uplink');
    for (const name of ['vm', 'firewall:a', 'vswitch', 'firewall:b', 'edge', 'uplink'])
      assert.equal(check(name), undefined);
  });

  it('names the target that does not take what is offered', () => {
    const wrong = draw('vm>uplink')('vm');
    assert.deepEqual([wrong?.target.id, wrong?.kinds], ['uplink', ['nic']]);
  });

  it('lets a firewall pass only what came in', () => {
    const check = draw('vm>firewall', 'firewall>edge');
    assert.deepEqual(check('firewall')?.kinds, ['nic']);
    assert.equal(check('vm'), undefined);
  });

  it('sees through junctions and through firewalls behind each other', () => {
    assert.equal(draw('vm>junction', 'junction>edge')('vm')?.target.id, 'edge');
    const check = draw('vswitch>firewall:a', 'firewall:a>junction', 'junction>firewall:b', 'firewall:b>vswitch:2');
    assert.deepEqual(check('firewall:b')?.kinds, ['segment']);
  });

  it('lets anything be wired to and from other nodes of Node-RED', () => {
    const check = draw('vm>debug', 'inject>edge', 'debug>vm');
    for (const name of ['vm', 'inject', 'debug']) assert.equal(check(name), undefined);
  });

  it('lets what ends at a gate not go on behind it', () => {
    const link = draw('hardware>gate', 'vm>gate', 'gate>edge');
    assert.deepEqual(link('gate')?.kinds, ['nic']);
    const whole = draw('hardware>gate', 'gate>gate:2', 'gate:2>guest');
    for (const name of ['hardware', 'gate', 'gate:2']) assert.equal(whole(name), undefined);
    assert.equal(draw('hardware>guest')('hardware')?.target.id, 'guest');
  });

  it('looks at the output that a wire leaves, not at all outputs of its node', () => {
    assert.equal(draw('box#0>bus', 'box#1>gate', 'bus#0>guest')('box'), undefined);
    const wrong = draw('box#1>junction', 'junction>bus')('box');
    assert.deepEqual([wrong?.kinds, wrong?.port, wrong?.target.id], [['tpm'], 1, 'bus']);
    assert.deepEqual(draw('bus#1>guest')('bus')?.kinds, ['message']);
    assert.deepEqual(draw('box#0>gate')('box')?.kinds, ['interface']);
  });

  it('comes to an end in a loop', () => {
    const check = draw('firewall:a>firewall:b', 'firewall:b>firewall:a', 'firewall:a>uplink', 'junction>junction');
    assert.equal(check('firewall:a'), undefined);
    assert.equal(check('junction'), undefined);
  });
});
