import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { hasErrors } from '../../runtime/model/diagnostic.ts';
import { codesOf, config, draw, tab } from './sketch.ts';

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_unused, index) => make(index));
}

describe('a drawing larger than any person draws', () => {
  it('is refused as text of more than 5 MB, before it is parsed', () => {
    assert.deepEqual(codesOf(`[${' '.repeat(50 * 1024 * 1024)}`), ['GW_FLOW_TOO_LARGE']);
  });

  it('is refused with more than 20,000 nodes', () => {
    assert.deepEqual(codesOf(times(20_001, index => ({ id: `n${index}`, type: 'inject' }))), ['GW_FLOW_TOO_LARGE']);
  });

  it('is refused when subflows in subflows multiply beyond 50,000 nodes', () => {
    const levels = times(6, level => [
      { id: `s${level}`, type: 'subflow', name: `level ${level}` },
      ...times(10, copy => ({
        id: `s${level}-${copy}`,
        z: `s${level}`,
        type: level === 0 ? 'inject' : `subflow:s${level - 1}`,
      })),
    ]).flat();
    assert.deepEqual(codesOf([tab, ...levels, { id: 'top', type: 'subflow:s5', z: 'tab' }]), ['GW_FLOW_TOO_LARGE']);
  });

  it('is refused when subflows are nested more than 32 deep', () => {
    const levels = times(40, level => [
      { id: `s${level}`, type: 'subflow', name: `level ${level}` },
      { id: `i${level}`, z: `s${level}`, type: level === 0 ? 'inject' : `subflow:s${level - 1}` },
    ]).flat();
    assert.deepEqual(codesOf([tab, ...levels, { id: 'top', type: 'subflow:s39', z: 'tab' }]), ['GW_FLOW_TOO_DEEP']);
  });

  it('is refused when junctions multiply wires', () => {
    const junctions = times(1_500, index => ({
      id: `j${index}`,
      type: 'junction',
      z: 'tab',
      wires: [times(1_500, other => `j${other}`)],
    }));
    const codes = codesOf([tab, ...junctions, draw('vswitch', 'lan', {}, [['j0']])]);
    assert.ok(codes.includes('GW_FLOW_TOO_LARGE'), codes.join());
  });

  it('is refused when thousands of firewalls stand in a row behind many switches', () => {
    const firewalls = times(2_000, index => draw('firewall', `f${index}`, {}, [[`f${index + 1}`]]));
    const switches = times(1_000, index => draw('vswitch', `s${index}`, { tenant: 't1' }, [['f0']]));
    const codes = codesOf([tab, config('tenant', 't1'), ...firewalls, ...switches]);
    assert.ok(codes.includes('GW_FLOW_TOO_LARGE'), [...new Set(codes)].join());
  });

  it('shows the first 1,000 findings and counts an error among the rest as an error', () => {
    const { diagnostics } = compile([tab, ...times(1_500, index => draw('vm', `vm ${index}`))], NODE_TYPES);
    assert.equal(diagnostics.length, 1_001);
    assert.equal(diagnostics.at(-1)?.code, 'GW_FINDINGS_MORE');
    assert.ok(hasErrors(diagnostics.slice(-1)));
  });

  it('walks through junctions that are wired in a circle', () => {
    const circle = [
      { id: 'a', type: 'junction', z: 'tab', wires: [['b']] },
      { id: 'b', type: 'junction', z: 'tab', wires: [['a', 'lan']] },
    ];
    assert.deepEqual(codesOf([tab, ...circle]), []);
  });
});
